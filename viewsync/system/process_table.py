"""What whole process trees use: one pass over all processes, however many trees are asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Process(NamedTuple):
    parent: int
    cpu: float  # seconds, those of its ended children included
    memory: int  # resident bytes
    start: float  # as processes.start_time has it


class Tree(NamedTuple):
    cpu: float
    memory: int
    processes: int


class Table:
    """All processes that live, at one moment."""

    def __init__(self, processes: Mapping[int, Process]) -> None:
        self.processes = processes
        self._children: dict[int, list[int]] = {}
        for pid, each in processes.items():
            self._children.setdefault(each.parent, []).append(pid)

    def runs(self, pid: int, start: float = 0.0) -> bool:
        """Whether it lives; with `start`, whether it is still the one that started then."""
        found = self.processes.get(pid)
        return found is not None and (not start or abs(found.start - start) < 0.02)

    def tree(self, roots: Iterable[int]) -> Tree:
        """Those processes and all their descendants, each once."""
        seen: set[int] = set()
        left = [pid for pid in roots if pid in self.processes]
        while left:
            pid = left.pop()
            if pid not in seen:
                seen.add(pid)
                left += self._children.get(pid, ())
        mine = [self.processes[pid] for pid in seen]
        return Tree(sum(each.cpu for each in mine), sum(each.memory for each in mine), len(mine))


def read() -> Table:
    """From /proc where there is one, from psutil elsewhere."""
    return Table(_from_proc() if os.path.isdir("/proc/self") else _by_psutil())


def _from_proc() -> dict[int, Process]:
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            handle = os.open(f"/proc/{name}/stat", os.O_RDONLY)
        except OSError:
            continue  # it ended just now
        try:
            fields = os.read(handle, 4096).rpartition(b")")[2].split()
        except OSError:
            continue
        finally:
            os.close(handle)
        if len(fields) > 21 and fields[0] not in (b"Z", b"X"):
            # proc(5): ppid; utime, stime, cutime, cstime; starttime; rss
            used = int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])
            found[int(name)] = Process(int(fields[1]), used / ticks, int(fields[21]) * page, int(fields[19]) / ticks)
    return found


def _by_psutil() -> dict[int, Process]:
    import psutil

    found = {}
    for each in psutil.process_iter():
        try:
            with each.oneshot():
                if each.status() == psutil.STATUS_ZOMBIE:
                    continue
                times = each.cpu_times()
                used = sum(getattr(times, kind, 0.0) for kind in ("user", "system", "children_user", "children_system"))
                found[each.pid] = Process(each.ppid(), used, each.memory_info().rss, each.create_time())
        except psutil.Error:
            continue  # it ended just now, or is somebody else's
    return found
