"""Sleep until something may have come out of a pane: without a client, a pipe or a flag that anybody could see.

Linux counts what a process has read. A tmux server that has read nothing has nothing new to show, so only when the
count moves it has to be asked; its own clients do not move it (seen on 3.3a). Elsewhere, and where the count may not
be read, tmux is asked again and again.
"""

from __future__ import annotations

import os
import select
import time

from viewsync.light import contextlib
from viewsync.system import processes, procfs

_EARLY = 2.0  # seconds in which an answer is most likely, and a person waits for it
# Seconds: between two looks at the count, at least between two readings, at most without a count that can be read.
_TICK = (0.004, 0.010)
_LEAST = (0.010, 0.020)
_MOST = (0.040, 0.120)
_BLIND = 1.0  # seconds after which tmux is asked even though the count stands still


class Activity:
    """Of the tmux server with that pid, and of one program in it."""

    def __init__(self, server: int) -> None:
        self._begin = time.monotonic()
        self._counter = procfs.open_counters(server)
        self._count = b""
        self._pause = _LEAST[0]
        self._program = 0
        self._started = 0.0
        self._handle = -1
        self._poll: select.poll | None = None

    def mark(self) -> None:
        """What comes from now on is new. To be called before each reading: what comes in between is not missed."""
        self._count = self._read()

    def follow(self, program: int) -> None:
        """Also wake when that process ends."""
        if program != self._program:
            self._leave()
            self._program, self._started = program, processes.start_time(program)
            self._handle = _pidfd(program)
            if self._handle >= 0:
                self._poll = select.poll()
                self._poll.register(self._handle, select.POLLIN)

    def close(self) -> None:
        self._leave()
        if self._counter >= 0:
            os.close(self._counter)
            self._counter = -1

    def _leave(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        self._handle, self._poll = -1, None

    def program_runs(self) -> bool:
        return not self._program or processes.alive(self._program, self._started)

    def wait(self, until: float, *, new: bool) -> None:
        """Until it is worth reading again, or the monotonic time `until`.

        `new`: whether the last reading showed anything; a server that is busy with other panes is asked less often.
        """
        begin = time.monotonic()
        late = begin - self._begin > _EARLY
        self._pause = _LEAST[late] if new else min(self._pause * 1.5, _MOST[late])
        least = begin + self._pause
        blind = begin + (_BLIND if self._count else _MOST[late])
        while (now := time.monotonic()) < until:
            if now >= least and (now >= blind or self._read() != self._count):
                return
            if self._over(min(_TICK[late], until - now)):
                return

    def _read(self) -> bytes:
        if self._counter < 0:
            return b""
        try:
            return os.pread(self._counter, 64, 0)  # what it has read comes first
        except OSError:  # it may not be read, or the server ended
            return b""

    def _over(self, seconds: float) -> bool:
        """Sleep; True when the program ended meanwhile, which is said once."""
        if self._poll is None:
            time.sleep(seconds)
            return False
        ended = bool(self._poll.poll(max(1, round(seconds * 1000))))
        if ended:
            self._poll = None
        return ended


def _pidfd(pid: int) -> int:
    """A descriptor that becomes readable when the process ends; -1 where there is none (macOS, Linux before 5.3)."""
    with contextlib.suppress(AttributeError, OSError, ValueError, OverflowError):
        return os.pidfd_open(pid)
    return -1
