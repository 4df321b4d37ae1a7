"""What whole process trees use: one pass over all processes, however many trees are asked for."""

from __future__ import annotations

from viewsync.system import processes, procfs
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewsync.system.procfs import Stat
    from viewsync.system.without_procfs import SeenProcess


class ProcessUse(NamedTuple):
    parent: int
    cpu: float  # seconds, those of its ended children included
    memory: int  # resident bytes
    start: float  # as processes.start_time has it


class TreeUse(NamedTuple):
    cpu: float
    memory: int
    processes: int


class ProcessTable:
    """All processes that live, at one moment; empty where that is not known."""

    def __init__(self, found: Mapping[int, ProcessUse]) -> None:
        self.processes = found
        self._children: dict[int, list[int]] = {}
        for pid, process in found.items():
            self._children.setdefault(process.parent, []).append(pid)

    def runs(self, pid: int, start: float = 0.0) -> bool:
        """Whether it lives; with `start`, whether it is still the one that started then. What is not known lives."""
        if not self.processes:
            return True
        found = self.processes.get(pid)
        return found is not None and (not start or processes.same(found.start, start))

    def tree(self, roots: Iterable[int]) -> TreeUse:
        """Those processes and all their descendants, each once."""
        seen: set[int] = set()
        left = [pid for pid in roots if pid in self.processes]
        while left:
            pid = left.pop()
            if pid not in seen:
                seen.add(pid)
                left += self._children.get(pid, ())
        mine = [self.processes[pid] for pid in seen]
        return TreeUse(sum(process.cpu for process in mine), sum(process.memory for process in mine), len(mine))


def read() -> ProcessTable:
    found: Mapping[int, Stat | SeenProcess | None] = {pid: procfs.stat(pid) for pid in procfs.pids()}
    if not procfs.there():
        from viewsync.system import without_procfs

        found = without_procfs.everything()
    return ProcessTable({pid: _process(process) for pid, process in found.items() if process and not process.ended})


def _process(seen: Stat | SeenProcess) -> ProcessUse:
    return ProcessUse(seen.parent, seen.cpu_with_children, seen.memory, seen.start)
