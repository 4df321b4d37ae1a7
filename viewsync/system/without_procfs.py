"""What is known of processes where there is no procfs: by psutil, and by ps(1) what psutil does not tell.

On Linux both of them read procfs, so where that is hidden nothing is known: the answers are None, or empty.
"""

from __future__ import annotations

import time

from viewsync.errors import ViewsyncError
from viewsync.system import process, procfs
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import psutil

_PATIENCE = 5.0  # seconds for ps, which takes a few hundredths of one
# An option for each, as ps of the BSDs wants them. The last one may have spaces in it.
_COLUMNS = [word for name in ("pid", "ppid", "pgid", "tpgid", "stat", "comm") for word in ("-o", f"{name}=")]


class SeenProcess(NamedTuple):
    """One process, as psutil tells of it. The fields have the names that procfs.Stat gives them."""

    name: str
    parent: int
    cpu: float
    cpu_with_children: float
    start: float  # in epoch seconds
    memory: int
    ended: bool

    @property
    def began(self) -> float:
        return self.start

    @property
    def age(self) -> float:
        return max(time.time() - self.start, 0.01)


def stat(pid: int) -> SeenProcess | None:
    if procfs.hidden():
        return None
    import psutil  # 30 ms

    try:
        return _seen(psutil.Process(pid))
    except (psutil.Error, OSError):
        return None


def everything() -> dict[int, SeenProcess]:
    """Of all processes that may be looked at."""
    if procfs.hidden():
        return {}
    import psutil

    found = {}
    for seen in psutil.process_iter():
        try:
            found[seen.pid] = _seen(seen)
        except (psutil.Error, OSError):
            continue  # it ended just now, or is somebody else's
    return found


def _seen(each: psutil.Process) -> SeenProcess:
    import psutil

    with each.oneshot():
        times = each.cpu_times()
        own = times.user + times.system
        children = sum(getattr(times, kind, 0.0) for kind in ("children_user", "children_system"))
        ended = each.status() == psutil.STATUS_ZOMBIE
        return SeenProcess(
            each.name(), each.ppid(), own, own + children, each.create_time(), each.memory_info().rss, ended
        )


def command_line(pid: int) -> list[str]:
    if procfs.hidden():
        return []
    import psutil

    try:
        return list(psutil.Process(pid).cmdline())
    except (psutil.Error, OSError):
        return []


def environment(pid: int) -> dict[str, str]:
    if procfs.hidden():
        return {}
    import psutil

    try:
        return dict(psutil.Process(pid).environ())
    except (psutil.Error, OSError):
        return {}


class ProcessRow(NamedTuple):
    """One process, as ps tells of it."""

    parent: int
    group: int
    foreground: int  # the process group in the foreground of its terminal
    state: str
    name: str

    @property
    def ended(self) -> bool:
        return self.state.startswith("Z")

    @property
    def sleeps(self) -> bool:
        return self.state.startswith(("S", "I"))


def rows() -> dict[int, ProcessRow]:
    """By ps, of all processes."""
    found = {}
    for line in _ps("-A", *_COLUMNS).splitlines():
        try:
            pid, parent, group, foreground, state, name = line.split(None, 5)
            row = ProcessRow(int(parent), int(group), int(foreground), state, name.rstrip().rpartition("/")[2])
            found[int(pid)] = row
        except ValueError:
            continue  # it is no row
    return found


def words(pid: int) -> list[str]:
    """What it was started with, by ps, which does not tell where a word with a space ends."""
    return _ps("-p", str(pid), "-o", "args=").split()


def _ps(*options: str) -> str:
    try:
        done = process.run(["ps", *options], timeout=_PATIENCE)
    except ViewsyncError:
        return ""
    return "" if done.code else done.out
