"""The registry as scripts change it: row by row, each change whole and under the lock."""

from __future__ import annotations

import os

from viewsync.errors import UsageError
from viewsync.history.rules import presence
from viewsync.registry import rows
from viewsync.registry.rules.row import without
from viewsync.store import shell_lock
from viewsync.store.registry_file import Corrupt
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry_shape import SessionRow, ViewRow
    from viewsync.store.registry_file import RegistryFile

# What viewsync knows of a session beyond what a script says of it. A script that says it anew may mean another one.
_KNOWN_ONLY_BY_US = (
    *("server", "session_id", "pane_id", "pid", "pid_start", "state", "maker", "maker_start"),
    *("place", "maker_place"),
    *presence.FIELDS,
)


def add(ctx: Context, name: str, socket: str, target: str, kind: str, pid: int | None) -> list[str]:
    """Register it, or register it anew: `created_at` stays, and so does what others wrote. Returns warnings."""
    warnings = _corrupt(ctx)
    now = rows.stamp(ctx.clock())
    with ctx.registry.change() as data:
        row = without(data["sessions"].get(name, {}), _KNOWN_ONLY_BY_US)
        row |= {"socket": os.path.abspath(socket), "target": target, "type": kind, "last_active": now}
        row.setdefault("created_at", now)
        data["sessions"][name] = row if pid is None else {**row, "pid": pid}
    return warnings


def _corrupt(ctx: Context) -> list[str]:
    try:
        ctx.registry.read()
    except Corrupt as error:  # the write sets it aside
        return [f"{error.message}; it was saved beside the new one"]
    return []


def remove(registry: RegistryFile, name: str) -> bool:
    """Whether there was such a row."""
    with registry.change() as data:
        return data["sessions"].pop(name, None) is not None


def touch(ctx: Context, name: str) -> bool:
    with ctx.registry.change() as data:
        row = data["sessions"].get(name)
        if row is not None:
            row["last_active"] = rows.stamp(ctx.clock())
    return row is not None


def row_of(registry: RegistryFile, name: str) -> SessionRow | None:
    return registry.read()["sessions"].get(name)


def forget_dead(ctx: Context, *, dry_run: bool) -> tuple[int, list[str]]:
    """Forget the sessions whose program or server is gone, and end none: how many, and what went wrong."""
    from viewsync.sessions import expiring  # tmux and all that belongs to it: the others only need the file
    from viewsync.sessions.rules.expiry import ExpiryCriteria
    from viewsync.tmux.rules.model import KEEP

    items, errors = expiring.plan(ctx, ExpiryCriteria(compat=True))
    going = [item for item in items if item.verdict.action != KEEP]
    if dry_run:
        return len(going), errors
    done = expiring.carry_out(ctx, going)
    return sum(row.removed for row in done), [*errors, *(row.problem for row in done if row.problem)]


class OfPlace(NamedTuple):
    sessions: list[str]
    views: list[str]
    kept: list[tuple[str, str]]  # sessions and views that stay, each with the reason


def forget_place(ctx: Context, place: str, *, dry_run: bool) -> OfPlace:
    """Forget the rows of another pid namespace, as that of a container that is gone for good, and end nothing.

    Nobody can judge them from here, so it is who asks who says so; where somebody may listen on a row's socket, and in
    quarantine, it stays.
    """
    from viewsync.system import processes

    if not processes.is_elsewhere(place):
        hint = (
            "`viewsync cleanup` and `viewsync reconcile` judge those; `viewsync registry list` shows each row's place"
        )
        raise UsageError(f"process ids of the place {place!r} are known here", hint)

    before = ctx.registry.read()
    found = OfPlace([], [], [])
    for names, known in ((found.sessions, before["sessions"]), (found.views, before["views"])):
        for name, row in known.items():
            if row.get("place") == place:
                reason = _stays(row, session=names is found.sessions)
                found.kept.append((name, reason)) if reason else names.append(name)
    if dry_run or not (found.sessions or found.views):
        return found
    with ctx.registry.change() as data:  # what somebody has written to meanwhile may live again
        sessions = [name for name in found.sessions if data["sessions"].get(name) == before["sessions"][name]]
        views = [name for name in found.views if data["views"].get(name) == before["views"][name]]
        for name in sessions:
            del data["sessions"][name]
        for name in views:
            del data["views"][name]
    return found._replace(sessions=sessions, views=views)


def _stays(row: SessionRow | ViewRow, *, session: bool) -> str:
    """Why, "" where it can go."""
    from viewsync.tmux import lost_sockets, sockets

    if session and row.get("quarantined"):
        return "it is quarantined"
    socket = str(row.get("socket"))
    try:
        os.lstat(socket)
        silent = sockets.state(socket) in sockets.SILENT
    except (FileNotFoundError, NotADirectoryError):
        silent = True
    except OSError:  # whatever is there is hidden from us
        silent = False
    if not silent:
        return "its server may still be there, since its socket is"
    # Its socket was removed, or is a container's own.
    listens = os.path.isabs(socket) and lost_sockets.listeners(socket)
    return "its server may still be there, since somebody listens by that path" if listens else ""


def process_id(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**31:
        raise UsageError(f"not a process id: {text!r}", "give a number, or leave it out")
    return int(text)


def lock(registry: RegistryFile, handle: int, shell: int) -> bool:
    """Take the lock for the process `shell`, on the descriptor that it opened; False when it is not of the lock."""
    return shell_lock.take(registry.lock_path, registry.lock_timeout, handle, shell)


def unlock(registry: RegistryFile, held: str) -> None:
    shell_lock.release(registry.lock_path, held)
