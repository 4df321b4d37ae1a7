"""Which processes live. A pid alone proves nothing, since pids come back: when it started goes with it. After a reboot
the two come back together, so a start time says of which boot it is, too.

What cannot be known counts as alive, and as the one that was meant: when unsure, keep. So does what is in another pid
namespace, as in a container that has the same HOME: what is written down of a process says in which one it was.
"""

from __future__ import annotations

import os

from viewsync.light import contextlib, signal
from viewsync.system import procfs
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.system.procfs import Stat
    from viewsync.system.without_procfs import SeenProcess


_SAME = 0.02  # seconds between two readings of one start time, at most
_CLOCKS = 5.0  # seconds between what two clocks say of one moment, at most


ELSEWHERE = "?"  # where a process is that is not here, and nobody knows where

_DIGITS = 16  # more than any process id or time has

_place = ""  # once it is known


def place() -> str:
    """Where a process id of ours is one: this boot, pid namespace and machine; "" where that is not told."""
    global _place
    if not _place:
        boot, namespace = procfs.boot()[:8], procfs.pid_namespace()
        _place = f"{boot}.{namespace}@{os.uname().nodename}" if boot and namespace else ""
    return _place


def is_elsewhere(other: str) -> bool:
    """Whether the process ids of that place are not known here: another pid namespace has its own, as a container does.
    One of an earlier boot of this machine is gone, and so known. "" is of an older viewsync, and counts as here.
    """
    if other in ("", ELSEWHERE):
        return bool(other)
    here = place()
    if not here or other == here:
        return False
    (boot, _, rest), (our_boot, _, our_rest) = other.partition("."), here.partition(".")
    (namespace, _, host), (our_namespace, _, our_host) = rest.partition("@"), our_rest.partition("@")
    return namespace != our_namespace if boot == our_boot else host != our_host


def alive(pid: int, start: float = 0.0, place: str = "") -> bool:
    """Whether that process runs; with `start`, whether it is still the one that started then. `place`: where."""
    if place and is_elsewhere(place):
        return True
    if not exists(pid):
        return False
    found: Stat | SeenProcess | None = procfs.stat(pid)
    if not found and start:
        found = look(pid)
    if not found:  # it ended just now, or nobody knows
        return exists(pid)
    return not found.ended and (not start or same(found.start, start))


def same(start: float, other: float) -> bool:
    """Whether two start times are one. What an older viewsync wrote down is of no boot, and counts as of this one."""
    if not start or not other:
        return False
    if min(start, other) < procfs.BOOT:
        start, other = start % procfs.BOOT, other % procfs.BOOT
    return abs(start - other) < _SAME


def exists(pid: int) -> bool:
    """One that has ended and was not reaped yet exists, too."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def look(pid: int) -> Stat | SeenProcess | None:
    """What is known of it. From procfs where there is one (0.1 ms), from psutil elsewhere (30 ms)."""
    found = procfs.stat(pid)
    if found or procfs.there():
        return found
    from viewsync.system import without_procfs

    return without_procfs.stat(pid)


def start_time(pid: int, *, cheaply: bool = False) -> float:
    """When it started, in seconds since some moment that each boot has for itself; 0 when it is gone, and where that is
    not known: with `cheaply` wherever there is no procfs. Only ever compared with itself, by `same`.
    """
    found = procfs.stat(pid) if cheaply else look(pid)
    return found.start if found else 0.0


def began(pid: int) -> float:
    """The same in epoch seconds, as the clock goes now; 0 when it is gone, and where that is not known."""
    found = look(pid)
    return found.began if found else 0.0


def set_forward(identity: str, now: float) -> float:
    """By how many seconds the clock was set forward since the tmux server "pid.start" began; 0 where it was not, and
    where that is not known.
    """
    found, start = _identified(identity)
    return _amount(now - found.age - start) if found else 0.0


def not_awake(identity: str, now: float, awake: float) -> float:
    """How many seconds at most of those that the clock counts since that server began were none in which the machine
    was awake (`awake`: for how long it was): it slept, or the clock was set forward.
    """
    found, start = _identified(identity)
    return _amount(now - start - (awake - found.since_boot)) if found else 0.0


def _identified(identity: str) -> tuple[Stat | None, int]:
    pid, start = numbers(identity)
    return (procfs.stat(pid), start) if pid else (None, 0)


def numbers(identity: str) -> tuple[int, int]:
    """Of the server "pid.start"; 0 and 0 where that is none."""
    pid, _, start = identity.partition(".")
    known = len(pid) < _DIGITS and len(start) < _DIGITS and pid.isdecimal() and start.isdecimal()
    return (int(pid), int(start)) if known else (0, 0)


def _amount(seconds: float) -> float:
    return seconds if seconds > _CLOCKS else 0.0


def is_server(identity: str, place: str = "") -> bool:
    """Whether the process of the tmux server "pid.start" runs. A pid that came back is another process. `place`: where.

    A clock that was set moves the time at which a process began, so one that calls itself a tmux server counts as it.
    """
    if place and is_elsewhere(place):
        return True
    pid, start = numbers(identity)
    if not pid or not alive(pid):
        return False
    found = look(pid)
    return not found or abs(found.began - start) < _CLOCKS or found.name == "tmux: server"


def exit_status(pid: int, parent: int) -> int | None:
    """Of a child of that process which ended and was not reaped yet: tmux 3.3a now and then misses that one ended.

    None for one that runs, is gone, or was ended by a signal, and where it is not known. Somebody else's that has the
    number is no child of `parent`.
    """
    found = procfs.stat(pid)
    return found.exit_status if found and found.parent == parent else None


def command_line(pid: int) -> list[str]:
    """The words that it was started with; none when it is gone, and where they are not known."""
    found = procfs.command_line(pid)
    if found or procfs.there():
        return found
    from viewsync.system import without_procfs

    return without_procfs.command_line(pid)


def environment(pid: int) -> dict[str, str]:
    """The variables that it was started with; none when it is gone, and where they are not known."""
    found = procfs.environment(pid)
    if found or procfs.there():
        return found
    from viewsync.system import without_procfs

    return without_procfs.environment(pid)


def command_lines() -> list[list[str]] | None:
    """Of all processes that may be looked at; None where they are not known."""
    pids = procfs.pids()
    if not procfs.there():
        from viewsync.system import without_procfs

        pids = list(without_procfs.everything())
    return [command_line(pid) for pid in pids] if os.getpid() in pids else None


def tell(pid: int, number: int, is_it: Callable[[], bool]) -> bool:
    """Signal a process, if it is the one that is meant; nobody else can get the number between the look and that."""
    handle = -1
    with contextlib.suppress(AttributeError, OSError, ValueError, OverflowError):  # macOS, Linux before 5.3; it ended
        handle = os.pidfd_open(pid)
    try:
        if not is_it():
            return False
        if handle < 0:
            os.kill(pid, number)
        else:
            signal.pidfd_send_signal(handle, number)
    except OSError:  # it ended, or is somebody else's
        return False
    finally:
        if handle >= 0:
            os.close(handle)
    return True
