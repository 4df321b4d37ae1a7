"""The resident sweeper seen from outside: is it there, start it, stop it."""

from __future__ import annotations

import os
import time

from viewsync import paths
from viewsync.errors import ViewsyncError
from viewsync.light import json, signal
from viewsync.store import lock, own_files
from viewsync.system import process, processes
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewsync.context import Context

LOCK = ".sweeper.lock"  # held while it runs; what it tells of itself stands in it
_PATIENCE = 10.0  # seconds for it to come up, or to finish its pass and go


class SweeperError(ViewsyncError):
    kind = "sweeper"


def status(folder: str) -> dict[str, Any]:
    """{"running": bool, "pid": int, "since": epoch, "last_sweep": epoch, "watching": [folders], "problem": str}."""
    path = os.path.join(folder, LOCK)
    handle = lock.try_exclusive(path)
    if handle is not None:
        os.close(handle)
        return {"running": False, "pid": 0}
    return {"running": True, "pid": 0, **_told(path)}


def _told(path: str) -> dict[str, Any]:
    """What the one that runs tells of itself: one that was killed has left what it told."""
    try:
        told = json.loads(own_files.read(path) or "{}")
    except (OSError, ValueError, RecursionError):
        return {}  # it is writing just now
    return told if isinstance(told, dict) and _is_it(told) else {}


def _is_it(told: Mapping[str, Any]) -> bool:
    pid, start = told.get("pid"), told.get("start")  # which is 0 where it could not know
    return isinstance(pid, int) and isinstance(start, (int, float)) and processes.alive(pid, start, _place(told))


def _place(told: Mapping[str, Any]) -> str:
    place = told.get("place")
    return place if isinstance(place, str) else ""


def start(ctx: Context) -> dict[str, Any]:
    """Start it in the background, unless it runs; what `status` says then."""
    found = status(ctx.folder)
    if found["running"]:
        return found
    log = os.path.join(ctx.folder, "sweeper.out")
    env = {name: value for name, value in ctx.env.items() if name not in ("TMUX", "TMUX_PANE")}
    try:
        handle = own_files.for_writing(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    except OSError as error:
        raise SweeperError(f"cannot write {log}: {error.strerror}") from None
    try:
        process.start([*paths.launch_argv(ctx.env), "sweeper", "run"], env=env, output=handle)
    finally:
        os.close(handle)
    if not _wait(lambda: status(ctx.folder).get("pid")):
        raise SweeperError("the sweeper did not start", f"see {log}")
    return status(ctx.folder)


def stop(ctx: Context) -> bool:
    """Ask it to end after its pass, and wait for that. False when none ran."""
    found = status(ctx.folder)
    if not found["running"]:
        return False
    pid = found["pid"]
    if processes.is_elsewhere(_place(found)):
        raise SweeperError(f"the sweeper runs in another pid namespace (process {pid} there)", "stop it there")
    if not processes.tell(pid, signal.SIGTERM, lambda: _is_it(found)):
        raise SweeperError("a sweeper is starting, and its process is not known yet", "try again in a moment")
    if not _wait(lambda: not status(ctx.folder)["running"]):
        raise SweeperError(
            f"the sweeper (process {pid}) did not end within {_PATIENCE:g} s", "it may be waiting for tmux"
        )
    return True


def _wait(condition: Callable[[], Any]) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
