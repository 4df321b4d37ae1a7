"""What a pane's terminal is busy with: the program in its foreground, and what that uses."""

from __future__ import annotations

from viewsync.system import processes, procfs
from viewsync.typed import NamedTuple

_DEEPEST = 4  # programs behind one another


class Usage(NamedTuple):
    command: str
    pid: int
    cpu_percent: float  # of one core, over its whole life, as ps(1) has it
    memory_bytes: int  # resident


def foreground(pid: int) -> Usage | None:
    """Of the pane whose program has that pid; None when it is gone, and where it is not known."""
    group = _group(pid)  # its leader has the same number
    return _usage(group) or (_usage(pid) if group != pid else None)


def sleeps(pid: int) -> bool:
    """Whether what is in the foreground waits for something, as for input. False where that is not told."""
    stat = procfs.stat(_group(pid))
    return bool(stat and stat.sleeps)


def names(pid: int) -> dict[int, str]:
    """What the programs in the foreground are called, by their pids; empty where that is not told.

    What was started through `sh -c`, or by git, stands behind that. As long as it is one behind the other, the last
    one is who reads the terminal.
    """
    number = group = _group(pid)
    stat, found = procfs.stat(number), dict[int, str]()
    while stat and number not in found and len(found) < _DEEPEST:
        found[number] = stat.name
        behind = {child: of for child, of in procfs.children_by_pid(number).items() if of.group == group}
        number, stat = next(iter(behind.items()), (number, None))
    return found


def _group(pid: int) -> int:
    """The foreground process group of its terminal, itself where that is not known."""
    if stat := procfs.stat(pid):
        return stat.foreground
    if procfs.there():
        return pid
    from viewsync.system import without_procfs

    row = without_procfs.rows().get(pid)
    return row.foreground if row else pid


def _usage(pid: int) -> Usage | None:
    found = processes.look(pid) if pid > 0 else None
    return Usage(found.name, pid, round(100 * found.cpu / found.age, 1), found.memory) if found else None
