"""Whose a terminal is. Its number goes to the next one as soon as it is closed, so it is known by its owner: the first
process on it, the session leader, and when that started (as processes.start_time has it).
"""

from __future__ import annotations

import os

from viewsync.system import processes, procfs


def of(tty: str, pid: int) -> tuple[int, float]:
    """The owner of that terminal, as a process on it sees it; its pid is 0 where the process is on another one."""
    try:
        leader = os.getsid(pid)
    except OSError:
        return 0, 0.0
    if not leader or not _is_on(leader, tty):
        return 0, 0.0
    return leader, processes.start_time(leader, cheaply=True)


def has(leader: int, start: float, tty: str) -> bool:
    """Whether that terminal is still there. Where nobody knows whose it was, it is the one that has the number."""
    if not os.path.exists(tty):
        return False
    return not leader or (processes.alive(leader, start) and _is_on(leader, tty))


def changed(tty: str) -> float:
    """When the terminal of that number was made, or given other rights: epoch seconds, 0 when there is none."""
    try:
        return os.stat(tty).st_ctime
    except OSError:
        return 0.0


def _is_on(pid: int, tty: str) -> bool:
    """Whether it is the process's own terminal; so, too, where nobody can tell."""
    seen = procfs.stat(pid)
    try:
        return not seen or seen.terminal == os.stat(tty).st_rdev
    except OSError:
        return False
