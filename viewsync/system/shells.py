"""The shell that a pane was started with: whether it waits at its prompt, and when it ends."""

from __future__ import annotations

import contextlib
import os
import select
import time
from typing import NamedTuple

from viewsync.system import processes

# Where in the kernel a shell sleeps that waits for a child, or in a sleep of its own. At its prompt it reads.
_AT_WORK = frozenset(["do_wait", "hrtimer_nanosleep", "do_nanosleep"])


class Foreground(NamedTuple):
    """What has the terminal: the pane's own program, or one that it started."""

    program: str
    waiting: bool  # it is the pane's own, and sleeps
    words: list[str]  # that the pane's own program was started with; none where that cannot be known
    work: list[str]  # counters that move with whatever that program does


def foreground(pid: int) -> Foreground | None:
    """Of the pane whose program has that pid; None when that is gone. Without /proc only the program is known."""
    stat = _stat(pid)
    if stat is None:
        return None if os.path.isdir("/proc/self") or not processes.alive(pid) else Foreground(_name(pid), True, [], [])
    words = processes.command_line(pid)
    work = stat[1][7:15]  # page faults and time, its children's too
    group = int(stat[1][5])  # the terminal's foreground process group
    if group == pid:
        # A shell without job control, as one that is still reading its startup files, starts programs in its own.
        child = next((name for name, fields in _children(pid) if int(fields[2]) == pid), "")
        waiting = not child and stat[1][0] == "S" and _sleeps_in(pid) not in _AT_WORK
        return Foreground(child or stat[0], waiting, words, work)
    other = _stat(group) if group > 0 else None
    return Foreground(other[0] if other else "another program", False, words, work)


class Program:
    """The end of a process, without asking anybody."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._start = processes.start_time(pid)
        self._handle = -1
        with contextlib.suppress(AttributeError, OSError):  # macOS, Linux before 5.3; or it has ended
            self._handle = os.pidfd_open(pid)

    def runs(self) -> bool:
        return processes.alive(self._pid, self._start)

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


def _stat(pid: int) -> tuple[str, list[str]] | None:
    """The program's name, and the fields behind it: state, parent, group, session, terminal, foreground group."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            head, _, tail = file.read().rpartition(")")
    except OSError:
        return None
    return head.partition("(")[2], tail.split()


def _children(pid: int) -> list[tuple[str, list[str]]]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            found = [_stat(int(each)) for each in file.read().split()]
    except OSError:  # a kernel without it
        return []
    return [each for each in found if each and each[1][0] not in "ZX"]


def _sleeps_in(pid: int) -> str:
    """ "" or "0" where the kernel does not say."""
    try:
        with open(f"/proc/{pid}/wchan", encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _name(pid: int) -> str:
    import psutil

    try:
        return str(psutil.Process(pid).name())
    except psutil.Error:
        return ""
