"""What runs below a process, and whether a tmux server that cannot be reached still runs. By psutil, when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewsync.system import processes

if TYPE_CHECKING:
    import psutil

_APART = 5.0  # seconds between a server's own clock at its start, and the kernel's


class Process(NamedTuple):
    pid: int
    parent: int
    command: list[str]
    cpu_percent: float  # of one core, over its whole life
    memory_bytes: int  # resident
    started: float  # epoch seconds


def below(pid: int, now: float) -> list[Process] | None:
    """That process and all its descendants, as far as they may be looked at; None where nobody knows."""
    import psutil

    try:
        first = psutil.Process(pid)
        found = [first, *first.children(recursive=True)]
    except Exception:  # its own errors; where it can see no processes, any
        return None if processes.alive(pid) else []
    return [each for each in (_process(one, now) for one in found) if each]


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


def is_server(identity: str) -> bool:
    """Whether the process of the tmux server "pid.start" runs. A pid that came back is another process."""
    pid, _, start = identity.partition(".")
    if not pid.isdigit() or not start.isdigit() or not processes.alive(int(pid)):
        return False
    import psutil

    try:
        return abs(float(psutil.Process(int(pid)).create_time()) - int(start)) < _APART
    except Exception:
        return True  # it runs, and may not be looked at
