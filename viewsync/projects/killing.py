"""End the one session that was named, whoever made it: a project's after its cleanup steps, any other as it is."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, TmuxError, UsageError, ViewsyncError
from viewsync.projects import listing
from viewsync.projects.listing import EVERYWHERE
from viewsync.registry import targets
from viewsync.sessions import guests, killing
from viewsync.sessions.killing import Killed
from viewsync.tmux import pane_list
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.projects.listing import Known, Scope
    from viewsync.registry.targets import TargetArgs
    from viewsync.sessions.killing import Wish
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import LiveSession
    from viewsync.tmux.server import Tmux

_TRIGGER = "kill"
_GONE = "there is no such session"


def kill(ctx: Context, asked: TargetArgs, wish: Wish, *, dry_run: bool, scope: Scope = EVERYWHERE) -> Killed:
    """`wish`: as in sessions/killing.py, whoever made it."""
    known = _meant(ctx, asked, scope)
    if known and known.of_project and known.row and known.elsewhere:
        return _moved(ctx, known.row.name, wish, dry_run=dry_run)
    if known and known.of_project:
        return _of_project(ctx, known, wish, dry_run=dry_run)
    if known and known.row:
        if known.doubt and known.server is None and os.path.exists(known.socket):  # it is not waited for twice
            return Killed(known.row.name, known.socket, "", False, False, known.doubt, _NOT_GONE)
        return killing.kill_resolved(ctx, targets.of_row(known.row), wish, dry_run=dry_run, panes=known.panes)
    return killing.kill(ctx, asked, wish, dry_run=dry_run)


def _moved(ctx: Context, name: str, wish: Wish, *, dry_run: bool) -> Killed:
    """Its pane is what is left of it, in another session."""
    done = killing.kill(ctx, targets.TargetArgs(session=name), wish, dry_run=dry_run)
    if done.killed:
        from viewsync.projects import detached_cleanup

        detached_cleanup.clean_up(ctx)  # its steps, where nobody has run them yet
    return done


def _of_project(ctx: Context, known: Known, wish: Wish, *, dry_run: bool) -> Killed:
    session, no_row = known.live.id if known.live else "", None if known.row is None else False
    result = Killed(known.name, known.socket, session, False, no_row, "" if session else known.doubt or _GONE, "")
    if dry_run:
        return result
    if session and (kept := _kept(known, wish.views)):
        return result._replace(problem=kept, registry_problem=_NOT_GONE)
    from viewsync.projects import ending  # what most sessions need nothing of

    itself = result

    def act(_: Tmux, server: Server, _found: list[LiveSession]) -> str:
        nonlocal itself
        done = itself = killing.end(ctx, known.socket, server.identity, session, wish)
        return "" if done.killed else done.problem

    try:
        if known.server and (kept := killing.keeps(ctx, known.socket, known.server.identity, session, wish)):
            return result._replace(problem=kept, registry_problem=_NOT_GONE)
        done = ending.end(ctx, known, _TRIGGER, act=act, programs=False)
    except TmuxError as error:  # it is quarantined, or nobody knows whether it lives
        return result._replace(problem=error.message, registry_problem=_NOT_GONE)
    steps = tuple((step.name, step.problem) for step in done.steps)
    result = result._replace(removed=done.removed, steps=steps, said=(*itself.said, *done.problems))
    result = result._replace(live_on=itself.live_on, remains=itself.remains)
    if done.ended:
        return result._replace(killed=bool(session), problem="" if session else result.problem)
    *said, problem = done.problems
    return result._replace(problem=problem, said=tuple(said), registry_problem=_NOT_GONE)


_NOT_GONE = "the session may still exist"


def _kept(known: Known, views: str) -> str:
    """Why it stays, "" when it goes. Its end looks again; but its steps have run by then."""
    for view in known.views:
        if view.view and view.attached and views == killing.IDLE:
            return killing.on_its_view(view.name)
        if view.view and view.pinned:
            return f"its view '{view.name}' is pinned: `viewsync pin --off {view.name}` ends that"
    return ""


def _meant(ctx: Context, asked: TargetArgs, scope: Scope) -> Known | None:
    """None for one that is neither a project's nor registered by that name: sessions/killing.py says what it is."""
    if asked.session and not asked.target:
        try:
            return listing.find(ctx, asked.session, asked.label, asked.socket, every=True, scope=scope, with_panes=True)
        except MissingSession:
            if any(scope):
                raise
            return None
    if any(scope):
        raise UsageError("--project and --here narrow a name", "name the session")
    wanted = targets.resolve(ctx, asked)
    try:
        reading = listing.read(ctx, [wanted.socket], alone=True, every=True)
        if wanted.row:
            return next((session for session in reading.known if session.row == wanted.row), None)
        panes = pane_list.read(ctx.tmux, wanted.socket)
        found = targets.find(panes, wanted)
    except ViewsyncError:  # as unreadable as it is, a target needs no registry
        return None
    if guests.meant(ctx, panes, wanted, found):
        return None
    return next((session for session in reading.known if session.live and session.live.id == found.session), None)
