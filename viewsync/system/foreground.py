"""What a pane's terminal is busy with: the program in its foreground, and what that uses."""

from __future__ import annotations

import os
import time
from typing import NamedTuple


class Usage(NamedTuple):
    command: str
    pid: int
    cpu_percent: float  # of one core, over its whole life, as ps(1) has it
    memory_bytes: int  # resident


def foreground(pid: int) -> Usage | None:
    """From /proc where there is one, from psutil elsewhere (30 ms); None when it is gone."""
    if not os.path.isdir("/proc/self"):
        return _by_psutil(pid)
    leader = _stat(pid)
    if leader is None:
        return None
    group = int(leader[1][5])  # the terminal's foreground process group; its leader has the same number
    return _usage(group, _stat(group) if group > 0 else None) or _usage(pid, leader)


def _stat(pid: int) -> tuple[str, list[str]] | None:
    """The command, and the fields behind it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            head, _, tail = file.read().rpartition(")")
        return head.partition("(")[2], tail.split()
    except OSError:
        return None


def _usage(pid: int, stat: tuple[str, list[str]] | None) -> Usage | None:
    if stat is None:
        return None
    command, fields = stat
    ticks = os.sysconf("SC_CLK_TCK")
    used = (int(fields[11]) + int(fields[12])) / ticks
    age = max(time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / ticks, 0.01)
    return Usage(command, pid, round(100 * used / age, 1), int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))


def _by_psutil(pid: int) -> Usage | None:
    import psutil

    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        age = max(time.time() - process.create_time(), 0.01)
        percent = round(100 * (times.user + times.system) / age, 1)
        return Usage(process.name(), pid, percent, process.memory_info().rss)
    except psutil.Error:
        return None
