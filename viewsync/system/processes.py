"""Which processes live. A pid alone proves nothing, since pids come back: its start time goes with it."""

from __future__ import annotations

import os


def alive(pid: int, start: float = 0.0) -> bool:
    """Whether that process runs; with `start`, whether it is still the one that started then."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, and alive
    if _ended(pid):
        return False
    return not start or abs(start_time(pid) - start) < 0.02


def _ended(pid: int) -> bool:
    """Whether it is only waiting to be reaped, which in a container without an init nobody ever does."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except (OSError, IndexError):
        return False


def exit_status(pid: int) -> int | None:
    """Of a process that ended and that nobody has reaped yet: tmux 3.3a now and then misses that a program ended.

    None for one that runs, is gone, or was ended by a signal, and where there is no /proc.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        code = int(fields[49])  # as wait(2) gives it (proc(5), exit_code)
    except (OSError, IndexError, ValueError):
        return None
    return code >> 8 if fields[0] == b"Z" and not code & 0x7F else None


def command_line(pid: int) -> list[str]:
    """The words that it was started with; none when it is gone, or where there is no /proc."""
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="surrogateescape") as file:
            return file.read().split("\0")[:-1]
    except OSError:
        return []


def start_time(pid: int) -> float:
    """When it started, in seconds since some fixed moment of this boot; 0 when it is gone.

    From /proc where there is one (0.1 ms), from psutil elsewhere (30 ms). Only ever compared with itself.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except FileNotFoundError:
        if os.path.isdir("/proc/self"):
            return 0.0
    except (OSError, ValueError, IndexError):
        return 0.0
    return _by_psutil(pid)


def _by_psutil(pid: int) -> float:
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def with_variable(name: str, value: str) -> list[int]:
    """The processes of this user that were started with that environment variable, ourselves left out."""
    import psutil

    found = []
    for each in psutil.process_iter():
        try:
            if each.pid != os.getpid() and each.environ().get(name) == value:
                found.append(each.pid)
        except (psutil.Error, OSError):
            continue  # it ended just now, or is somebody else's
    return found
