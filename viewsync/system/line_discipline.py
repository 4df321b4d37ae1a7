"""The terminal of somebody else's pane: how it takes what is typed."""

from __future__ import annotations

import fcntl
import os
import select
import sys
import termios
import time

from viewsync.light import contextlib
from viewsync.system import procfs
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE = 4095  # bytes that a terminal takes in one line (N_TTY_BUF_SIZE on Linux); it cuts what is longer
READS = 1.0  # seconds in which a program reads what waits for it, when it is busy
_STEP = 0.002  # seconds between two looks
_PSEUDO = 136  # the device number of /dev/pts/
_LOCAL = 3  # where termios keeps the local modes


class Modes(NamedTuple):
    lines: bool  # it hands whole lines to its program, and keeps them meanwhile
    echo: bool  # it shows what is typed itself


def path(pid: int) -> str:
    """That of a process; "" where it has none, and where that is not told."""
    stat = procfs.stat(pid)
    device = stat.terminal if stat else 0
    return f"/dev/pts/{os.minor(device)}" if os.major(device) == _PSEUDO else ""


def reads_lines(path: str) -> bool:
    """Whether it hands whole lines to its program, and keeps them meanwhile. False where that cannot be seen."""
    found = modes(path)
    return found is not None and found.lines


def modes(path: str) -> Modes | None:
    """None where they cannot be seen."""
    with contextlib.suppress(OSError, termios.error), _open(path) as terminal:
        local = termios.tcgetattr(terminal)[_LOCAL]
        return Modes(bool(local & termios.ICANON), bool(local & termios.ECHO))
    return None


def unread(path: str) -> int:
    """How many bytes wait there for its program to read them; -1 where that cannot be seen."""
    with contextlib.suppress(OSError), _open(path) as terminal:
        # What was written a moment ago is on its way here: Linux waits for that where it is asked whether one can read.
        poll = select.poll()
        poll.register(terminal, select.POLLIN)
        poll.poll(0)
        return int.from_bytes(fcntl.ioctl(terminal, termios.FIONREAD, bytes(4)), sys.byteorder)
    return -1


def wait_until_read(path: str) -> None:
    """What waits there by now, where that can be seen: a second at most, for a program that is busy."""
    deadline = time.monotonic() + READS
    while unread(path) > 0 and time.monotonic() < deadline:
        time.sleep(_STEP)


@contextlib.contextmanager
def _open(path: str) -> Iterator[int]:
    """No longer than one look takes: as long as it is open, nobody learns that the pane's program has closed it."""
    handle = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)
