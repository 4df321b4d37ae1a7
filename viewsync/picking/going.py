"""What was picked is opened: what does not run yet is made first, or run. It may have gone meanwhile."""

from __future__ import annotations

import os

from viewsync.errors import BadFile, MissingSession, TmuxError, UsageError
from viewsync.picking.rules import names
from viewsync.picking.rules.choice import FOLDER, PROJECT, SESSION, Choice
from viewsync.projects import attaching
from viewsync.registry import rows as registry_rows
from viewsync.system.git_worktrees import same_place
from viewsync.tmux import clients, inventory, sessions, sockets
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.tmux.rules.model import Server


class Reached(NamedTuple):
    """The session that stands for what was picked."""

    server: Server
    session: str  # its id
    name: str
    warnings: Sequence[str] = ()


def reach(ctx: Context, choice: Choice) -> Reached:
    """MissingSession and UsageError say what is gone."""
    if choice.kind == SESSION:
        found = attaching.unregistered(ctx, choice.socket, choice.name)
        if found is None:
            raise MissingSession(
                f"session {choice.name!r} is not on {choice.socket} any more", "`viewsync pick` shows what is there now"
            )
        return Reached(*found, choice.name)
    if not os.path.exists(choice.path):
        raise UsageError(f"{choice.path} is not there any more", "`viewsync pick` shows what is there now")
    return _run(ctx, choice) if choice.kind == PROJECT else _in_folder(ctx, choice)


def _run(ctx: Context, choice: Choice) -> Reached:
    """A project's session that is there stays as it is: a window that was closed does not come back by going there."""
    from viewsync.project_files import loading
    from viewsync.projects import running

    try:
        draft = loading.load(ctx, loading.Request(choice.path))
        plan = loading.plan(draft)
    except BadFile:  # an argument has to be given, or was changed since
        if there := _made_by(ctx, choice):
            return there
        raise
    named = choice.socket != sockets.socket_of(ctx.env, "", "")
    socket = plan.socket if plan.socket and not named else choice.socket
    ran = running.compare(ctx, plan, socket, lambda name: loading.plan(draft, name))
    if ran.server is None:
        ran = running.run(ctx, plan, socket, lambda name: loading.plan(draft, name))
    if ran.server is None:
        raise TmuxError(f"the session of {choice.path} ended at once", "`viewsync run` tells more")
    return Reached(ran.server, ran.session, ran.name, ran.warnings)


def _made_by(ctx: Context, choice: Choice) -> Reached | None:
    """A session that was made by that file, whatever it was given."""
    from viewsync.projects import listing

    data = ctx.registry.read()
    try:
        found = inventory.inventory(ctx.tmux, choice.socket)
    except ServerGone:
        return None
    live = {session.id: session.name for session in found.sessions}
    here = [row for row in registry_rows.of(data) if row.server == found.server.identity and row.session_id in live]
    for row in here:
        file = listing.about(data["sessions"][row.name]).get("file")
        if isinstance(file, str) and same_place(file, choice.path):
            return Reached(found.server, row.session_id, live[row.session_id])
    return None


def _in_folder(ctx: Context, choice: Choice) -> Reached:
    """The session with that folder, else a new one that is called after it."""
    if not os.path.isdir(choice.path):
        raise UsageError(f"{choice.path} is not a folder any more", "`viewsync pick` shows what is there now")
    wanted = choice.name if choice.kind != FOLDER else os.path.basename(choice.path)
    if there := _with_folder(ctx, choice.socket, choice.path, names.legal(wanted)):
        return there
    for name in names.candidates(wanted, choice.path):
        try:
            sessions.make(ctx.tmux, choice.socket, sessions.NewSession(name, choice.path))
        except sessions.Duplicate:  # of another folder
            continue
        found = attaching.unregistered(ctx, choice.socket, name)
        if found is None:
            raise TmuxError(f"the new session {name!r} ended at once", "run your shell by hand to see why")
        return Reached(*found, name)
    raise TmuxError(f"there are too many sessions called {names.legal(wanted)!r}", "rename some of them")


def _with_folder(ctx: Context, socket: str, path: str, name: str) -> Reached | None:
    """Of several the one of that name, else the one that somebody was on last."""
    try:
        found = inventory.inventory(ctx.tmux, socket)
    except ServerGone:
        return None
    folders = clients.read(ctx.tmux, found.server).folders
    fitting = [
        session for session in found.sessions if not session.marked and same_place(folders.get(session.id, ""), path)
    ]
    best = max(fitting, key=lambda session: (session.name == name, session.last_attached), default=None)
    return Reached(found.server, best.id, best.name) if best else None
