"""What runs below a process. By psutil, when asked."""

from __future__ import annotations

from viewsync.system import processes, procfs
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import psutil


class Process(NamedTuple):
    pid: int
    parent: int
    command: list[str]
    cpu_percent: float  # of one core, over its whole life
    memory_bytes: int  # resident
    started: float  # epoch seconds


def below(pid: int, now: float) -> list[Process] | None:
    """That process and all its descendants, as far as they may be looked at; None where nobody knows."""
    if procfs.hidden():
        return None if processes.alive(pid) else []
    import psutil

    try:
        first = psutil.Process(pid)
        found = [first, *first.children(recursive=True)]
    except (psutil.Error, OSError):
        return None if processes.alive(pid) else []
    return [process for process in (_process(one, now) for one in found) if process]


def _process(process: psutil.Process, now: float) -> Process | None:
    import psutil

    try:
        times, started = process.cpu_times(), process.create_time()
        return Process(
            pid=process.pid,
            parent=process.ppid(),
            command=process.cmdline() or [process.name()],
            cpu_percent=round(100 * (times.user + times.system) / max(now - started, 0.01), 1),
            memory_bytes=process.memory_info().rss,
            started=started,
        )
    except psutil.Error:
        return None  # it ended just now, or is somebody else's
