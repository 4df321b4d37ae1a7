"""Whether what reads a terminal has taken the line that was typed there last, and waits for another one.

One that comes earlier meets a terminal that changes: a shell's line editor keeps it raw, where Enter ends no line for
the program that the shell is about to start, and that program may throw away what came before it.
"""

from __future__ import annotations

import time

from viewsync.system import foreground, line_discipline, procfs
from viewsync.text import shell_names
from viewsync.typed import NamedTuple

PATIENCE = 3.0  # seconds in which a line is taken; a command that works for longer finds the next one typed ahead
_STILL = 0.15  # seconds in which nothing moves, where a program does not tell what it waits for
_STILL_BY_LINES = 1.0  # the same where it may be about to change its terminal, as one that connects to something


class Look(NamedTuple):
    reader: int  # the process that reads it, 0 where that is not told
    lines: bool  # it hands over whole lines, and keeps what is typed ahead
    waits: bool  # the reader sleeps, and nobody knows that it is for something else
    reads: bool  # and it is known that it is for what is typed
    unread: int  # bytes
    work: tuple[bytes, ...]  # counters that move with whatever the reader does


class NextLine:
    """In one pane. Made just before a line is typed."""

    def __init__(self, pid: int, terminal: str, cursor: str) -> None:
        """`pid`: of the pane's program. `cursor`: where it stands; another text for each output that moves it."""
        self._pid = pid
        self._terminal = terminal
        self._first = self._last = (look(pid, terminal), cursor)
        self._since = self._begin = time.monotonic()

    def ready(self, cursor: str) -> bool:
        now = (look(self._pid, self._terminal), cursor)
        last, self._last = self._last, now
        if now != last:
            self._since = time.monotonic()
            return False
        found = now[0]
        if not found.waits or found.unread > 0:
            return False
        still = time.monotonic() - self._since
        if found.reads:
            # What leaves the cursor where it was, as `clear` does, is known by what the reader did.
            return cursor != self._first[1] or (self._taken() and still >= _STILL)
        return self._taken() and still >= (_STILL_BY_LINES if found.lines else _STILL)

    def _taken(self) -> bool:
        return self._last != self._first

    @property
    def over(self) -> bool:
        return time.monotonic() - self._begin > PATIENCE

    def keeps(self, size: int) -> bool:
        """Whether so many bytes wait there, as the lines that they are, until somebody reads them."""
        found = self._last[0]
        if found.lines:
            return max(found.unread, 0) + size <= line_discipline.LONGEST_LINE
        return found.unread <= 0 and self._taken()


def look(pid: int, terminal: str) -> Look:
    modes = line_discipline.modes(terminal)
    lines = modes is not None and modes.lines
    unread = line_discipline.unread(terminal)
    reader = next(reversed(foreground.names(pid)), 0)
    stat = procfs.stat(reader) if reader else None
    if stat is None:
        return Look(0, lines, not procfs.there(), reads=False, unread=unread, work=())
    waits = stat.sleeps and not procfs.waits_for_others(reader)
    if lines:
        reads = waits and procfs.reads_terminal(reader, terminal)
    else:
        # A line editor sleeps for keys alone, and does not show them by the terminal.
        reads = waits and modes is not None and not modes.echo and procfs.program(reader) in shell_names.EDITING
    return Look(reader, lines, waits, reads, unread, (*stat.work, procfs.naps(reader)))
