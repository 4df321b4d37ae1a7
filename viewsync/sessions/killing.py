"""End one session, by id, and forget it: never another one that a name or a pattern might also mean."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import TmuxError, ViewsyncError
from viewsync.events import KILL
from viewsync.history import recording
from viewsync.registry import rows as registry_rows
from viewsync.registry import targets
from viewsync.registry.rules import lookup
from viewsync.text.timestamps import epoch
from viewsync.tmux import guarded_kill, pane_list
from viewsync.tmux.server import ServerGone

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry.rules.lookup import SessionMatch
    from viewsync.registry.rules.row import Registered
    from viewsync.tmux.rules.model import Panes


class Killed(NamedTuple):
    """`killed` and `removed` are None for what there was nothing to do about; with --dry-run, for all."""

    name: str
    socket: str
    session_id: str  # "" when there is no such session
    killed: bool
    removed: bool | None  # None: it was not registered
    problem: str  # why it could not be killed
    registry_problem: str


def kill(ctx: Context, asked: targets.TargetArgs, *, dry_run: bool, only_free: bool = False) -> Killed:
    """`only_free`: not while somebody is on it, or on a view of it; the server itself looks once more."""
    wanted = targets.resolve(ctx, asked)
    reading: Panes | None = None
    problem = ""
    certain = True  # that what is not seen is not there
    try:
        reading = pane_list.read(ctx.tmux, wanted.socket)
        certain = reading.complete
    except ServerGone as error:
        problem = error.message
    except TmuxError as error:
        problem, certain = error.message, False
    found = targets.find(reading, wanted) if reading else lookup.NOTHING
    row = wanted.row or row_of(ctx, wanted, found)
    name = wanted.row.name if wanted.row else found.session_name or wanted.target.partition(":")[0].removeprefix("=")
    result = Killed(name, wanted.socket, found.session, False, None, problem, "")
    if not found.session:
        result = result._replace(problem=problem or "there is no such session")
    if dry_run:
        return result._replace(removed=False if row else None)
    if reading and found.session:
        result = _end(ctx, reading, result, found.session_name if only_free else "")
    if row is None:
        return result
    if result.killed:
        _record(ctx, row)
    if not result.killed and (not certain or (found.session and result.problem)):
        return result._replace(removed=False, registry_problem="the session may still exist")
    return _forget(ctx, row, result)


def _end(ctx: Context, reading: Panes, result: Killed, only_free: str) -> Killed:
    """`only_free`: the session's name, "" to end it whoever is on it."""
    try:
        if only_free:
            ends = [guarded_kill.End(result.session_id, only_free, only_dead=False)]
            done, otherwise = (
                guarded_kill.end(ctx.tmux, reading.server, ends)[0],
                "somebody is attached to it, or it has just ended",
            )
        else:
            done = guarded_kill.kill(ctx.tmux, reading.server, result.session_id)
            otherwise = "it has just ended"
    except TmuxError as error:
        return result._replace(problem=error.message)
    return result._replace(killed=done, problem="" if done else otherwise)


def _record(ctx: Context, row: Registered) -> None:
    created = epoch(row.created_at)
    seconds = max(0.0, ctx.clock() - created) if created else None
    recording.record(ctx, [recording.event(ctx, row, KILL, "kill", "", seconds=seconds)])


def row_of(ctx: Context, wanted: targets.ResolvedTarget, found: SessionMatch) -> Registered | None:
    """The row of a session that was named explicitly: of that server, and of that session in it."""
    try:
        rows = [row for row in registry_rows.read(ctx) if os.path.abspath(row.socket) == wanted.socket]
    except ViewsyncError:
        return None  # a target that was named needs no registry
    if found.session:
        mine = [row for row in rows if row.session_id == found.session]
        return next(iter(mine or [row for row in rows if not row.session_id and row.name == found.session_name]), None)
    name = wanted.target.partition(":")[0].removeprefix("=")
    return next((row for row in rows if row.name == name), None)


def _forget(ctx: Context, row: Registered, result: Killed) -> Killed:
    try:
        return result._replace(removed=registry_rows.remove(ctx, row))
    except ViewsyncError as error:
        return result._replace(removed=False, registry_problem=error.message)
