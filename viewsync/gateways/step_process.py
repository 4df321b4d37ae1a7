"""Run one step of a project: a line of shell in a process group of its own, with a bound, its output in a file.

The output goes into the file itself and not through us: a service that the step started in the background keeps its
own end of it, when the step is over and when we are gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from viewsync.gateways import process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHELL = "/bin/sh"
MOST_OUTPUT = 64 * 1024 * 1024  # bytes; one that prints for ever would fill the disk before its time is over
_GRACE = 2.0  # seconds from TERM to KILL
_TICK = 0.1


class Ran(NamedTuple):
    code: int  # as the shell gives it: 128 and the signal's number for one that a signal ended
    seconds: float
    problem: str  # why it was ended, or not even started; "" for one that came to its own end


def run(command: str, *, cwd: str, env: Mapping[str, str], timeout: float, output: int) -> Ran:
    """To its end, or to `timeout` seconds. What it leaves running in the background is left alone, unless it is
    ended itself. `output`: an open file.
    """
    begin = time.monotonic()
    if not os.path.isdir(cwd):
        return Ran(127, 0.0, f"there is no folder {cwd}")
    child: process.Child | None = None
    try:
        with _uninterrupted():
            child = process.start_group([SHELL, "-c", command], cwd=cwd, env=env, output=output)
        problem = f"it took longer than {timeout:g} s" if _wait(child, begin + timeout, output) else ""
        if os.fstat(output).st_size > MOST_OUTPUT:
            problem = f"it printed more than {MOST_OUTPUT // (1024 * 1024)} MB"
    except process.NotStarted as error:
        return Ran(127, 0.0, error.message)
    except BaseException:  # somebody's ^C does not reach it by itself
        if child:
            _end(child)
        raise
    if problem:
        _end(child)
    code = child.wait()
    return Ran(code if code >= 0 else 128 - code, time.monotonic() - begin, problem)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """A ^C is heard afterwards: in the middle of a start it would leave behind what nobody knows of."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _wait(child: process.Child, deadline: float, output: int) -> bool:
    """True when it has to be ended."""
    while not _exited(child):
        left = deadline - time.monotonic()
        if left <= 0 or os.fstat(output).st_size > MOST_OUTPUT:
            return True
        _sleep(child, min(left, _TICK))
    return False


def _sleep(child: process.Child, seconds: float) -> None:
    """For that long, or until it ends."""
    until = time.monotonic() + seconds
    pause = 0.001
    while (left := until - time.monotonic()) > 0 and not _exited(child):
        time.sleep(min(pause, left))
        pause *= 1.5


def _exited(child: process.Child) -> bool:
    """Without reaping it where that can be had: as long as it is a zombie nobody else gets its id."""
    if not hasattr(os, "waitid"):
        return child.poll() is not None
    with contextlib.suppress(ChildProcessError):
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return True


def _end(child: process.Child) -> None:
    """It and its whole group: asked first, then ended."""
    deadline = time.monotonic() + _GRACE
    try:
        _signal(child, signal.SIGTERM)
        while time.monotonic() < deadline and not (_exited(child) and not _others(child.pid)):
            time.sleep(0.02)
    finally:  # also when somebody presses ^C again
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: process.Child, number: int) -> None:
    """The group cannot be another one by now: its leader is not reaped, or was ours a moment ago."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def _others(group: int) -> bool:
    """Whether others of the group live beside its leader. Without /proc nobody knows, and they get their time."""
    try:
        pids = [each for each in os.listdir("/proc") if each.isdigit() and int(each) != group]
    except OSError:
        return True
    return any(_group(pid) == group for pid in pids)


def _group(pid: str) -> int:
    """The process group; 0 of one that is gone, or waits to be reaped."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return 0 if fields[0] in (b"Z", b"X") else int(fields[2])
    except (OSError, IndexError, ValueError):
        return 0
