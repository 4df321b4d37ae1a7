"""The shell that a pane was started with: whether it waits at its prompt, and when it ends."""

from __future__ import annotations

import os
import select
import time

from viewsync.light import contextlib
from viewsync.system import processes, procfs
from viewsync.typed import NamedTuple


class Foreground(NamedTuple):
    """What has the terminal: the pane's own program, or one that it started."""

    program: str
    waiting: bool  # it is the pane's own, and sleeps
    words: list[str]  # that the pane's own program was started with; none where that cannot be known
    work: list[bytes]  # counters that move with whatever that program does; none where there are none


# Where nobody tells what has the terminal. It may be anything, so nothing is typed and nothing ends.
UNKNOWN = Foreground("an unknown program", False, [], [])


def foreground(pid: int) -> Foreground | None:
    """Of the pane whose program has that pid; None when that is gone."""
    stat = procfs.stat(pid)
    if stat is None:
        return None if procfs.there() or not processes.alive(pid) else _by_ps(pid)
    words = processes.command_line(pid)
    if stat.foreground == pid:
        # A shell without job control, as one that is still reading its startup files, starts programs in its own.
        child = next((process.name for process in procfs.children(pid) if process.group == pid), "")
        waiting = not child and stat.sleeps and not procfs.waits_for_others(pid)
        return Foreground(child or stat.name, waiting, words, stat.work)
    other = procfs.stat(stat.foreground) if stat.foreground > 0 else None
    return Foreground(other.name if other else "another program", False, words, stat.work)


def leader(pid: int) -> int:
    """The process that the terminal of that one listens to: itself, or one that it started. Itself where that is not
    known.
    """
    found = procfs.stat(pid)
    other = procfs.stat(found.foreground) if found and found.foreground not in (pid, 0, -1) else None
    return found.foreground if found and other and not other.ended else pid


def reads_keys(pid: int) -> bool:
    """Whether it reads one character after the other from a terminal that hands over lines, as `read` of sh does, and
    no shell does at its prompt. False where that cannot be seen.
    """
    return procfs.reads(pid) == 1


def waits_for_input(pid: int) -> bool:
    """Whether a program in the foreground of that one's terminal reads it. False where that cannot be seen."""
    found = procfs.stat(pid)
    if not found or found.foreground <= 0:
        return False
    group, terminal = found.foreground, procfs.terminal_of(pid)
    if not terminal:
        return False
    for member in procfs.pids():
        stat = procfs.stat(member)
        if stat and stat.group == group and stat.sleeps and procfs.reads_terminal(member, terminal):
            return True
    return False


class Program:
    """The end of a process, without asking anybody."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._start = processes.start_time(pid)
        self._handle = -1
        with contextlib.suppress(AttributeError, OSError):  # macOS, Linux before 5.3; or it has ended
            self._handle = os.pidfd_open(pid)

    def runs(self) -> bool:
        return processes.alive(self.pid, self._start)

    def sleep(self, seconds: float) -> None:
        """For that long, or until it ends."""
        if self._handle < 0:
            time.sleep(seconds)
            return
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        if poll.poll(max(1, round(seconds * 1000))):
            time.sleep(0.001)  # from now on the descriptor would always answer at once

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _by_ps(pid: int) -> Foreground:
    """Where a shell sleeps is not told, nor what moves with its work."""
    from viewsync.system import without_procfs

    rows = without_procfs.rows()
    mine = rows.get(pid)
    words = (processes.command_line(pid) or without_procfs.words(pid)) if mine else []
    if mine is None or not words:
        return UNKNOWN
    if mine.foreground != pid:
        other = rows.get(mine.foreground)
        return Foreground(other.name if other else "another program", False, words, [])
    child = next((row.name for row in rows.values() if (row.parent, row.group) == (pid, pid) and not row.ended), "")
    return Foreground(child or mine.name, not child and mine.sleeps, words, [])
