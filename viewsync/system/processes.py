"""Which processes live. A pid alone proves nothing, since pids come back: its start time goes with it.

What cannot be known counts as alive, and as the one that was meant: when unsure, keep.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewsync.system import procfs

if TYPE_CHECKING:
    from viewsync.system.procfs import Stat
    from viewsync.system.without_procfs import Seen


def alive(pid: int, start: float = 0.0) -> bool:
    """Whether that process runs; with `start`, whether it is still the one that started then."""
    if not _exists(pid):
        return False
    found: Stat | Seen | None = procfs.stat(pid)
    if not found and start:
        found = look(pid)
    if not found:  # it ended just now, or nobody knows
        return _exists(pid)
    return not found.ended and (not start or abs(found.start - start) < 0.02)


def _exists(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def look(pid: int) -> Stat | Seen | None:
    """What is known of it. From procfs where there is one (0.1 ms), from psutil elsewhere (30 ms)."""
    found = procfs.stat(pid)
    if found or procfs.there():
        return found
    from viewsync.system import without_procfs

    return without_procfs.stat(pid)


def start_time(pid: int) -> float:
    """When it started, in seconds since some fixed moment; 0 when it is gone, and where that is not known.

    Only ever compared with itself.
    """
    found = look(pid)
    return found.start if found else 0.0


def exit_status(pid: int) -> int | None:
    """Of a process that ended and that nobody has reaped yet: tmux 3.3a now and then misses that a program ended.

    None for one that runs, is gone, or was ended by a signal, and where it is not known.
    """
    found = procfs.stat(pid)
    return found.exit_status if found else None


def command_line(pid: int) -> list[str]:
    """The words that it was started with; none when it is gone, and where they are not known."""
    found = procfs.command_line(pid)
    if found or procfs.there():
        return found
    from viewsync.system import without_procfs

    return without_procfs.command_line(pid)


def command_lines() -> list[list[str]] | None:
    """Of all processes that may be looked at; None where they are not known."""
    pids = procfs.pids()
    if not procfs.there():
        from viewsync.system import without_procfs

        pids = list(without_procfs.everything())
    return [command_line(pid) for pid in pids] if os.getpid() in pids else None
