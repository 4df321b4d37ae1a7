"""End one session, by id, and forget it: never another one that a name or a pattern might also mean."""

from __future__ import annotations

import os

from viewsync.errors import TmuxError, TmuxTimeout, ViewsyncError
from viewsync.events import KILL
from viewsync.history import recording
from viewsync.light import signal
from viewsync.registry import rows as registry_rows
from viewsync.registry import targets
from viewsync.registry.rules import lookup
from viewsync.sessions import guests, remains
from viewsync.system import signals
from viewsync.text.timestamps import epoch
from viewsync.tmux import guarded_kill, lost_sockets, pane_list
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from viewsync.context import Context
    from viewsync.registry.rules.lookup import SessionMatch
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import RegistryData
    from viewsync.system.pane_processes import Finished
    from viewsync.tmux.rules.model import Pane, Panes
    from viewsync.tmux.server import Tmux
    from viewsync.views.rules.groups import View


IDLE, ALL, NONE = "idle", "all", "none"  # which views end with a session
_GONE = "there is no such session"


class Killed(NamedTuple):
    """`killed` and `removed` are None for what there was nothing to do about; with --dry-run, for all."""

    name: str
    socket: str
    session_id: str  # "" when there is no such session
    killed: bool
    removed: bool | None  # None: it was not registered
    problem: str  # why it could not be killed
    registry_problem: str
    live_on: tuple[str, ...] = ()  # the sessions that show its windows when it is ended, which are nobody's views
    steps: tuple[tuple[str, str], ...] = ()  # a project's cleanup steps that ran, each with what went wrong
    said: tuple[str, ...] = ()  # what else there is to know
    pane: str = ""  # the one that alone is meant, since it was moved into another session
    moved_to: str = ""  # and that session's name
    remains: Finished = remains.NOTHING  # what ignored the end of its terminal, and what lives on

    @property
    def found(self) -> bool:
        return bool(self.session_id or self.pane)


class Wish(NamedTuple):
    """`views`: with those that nobody is on, where one that somebody is on keeps the session; with all of them; or with
    none, so that its work lives on in them. `only_free`: not while somebody is on it, or on a view of it; the server
    itself looks once more. `keep_processes`: what ignores the end of its terminal lives on.
    """

    views: str = IDLE
    only_free: bool = False
    keep_processes: bool = False


def kill(ctx: Context, asked: targets.TargetArgs, wish: Wish = Wish(), *, dry_run: bool = False) -> Killed:  # noqa: B008  it cannot change
    """With its views, which would bring its work back under its name. What was moved out of it or into it, and is
    another row's, stays; of a session that its pane was moved out of, that pane alone is ended.
    """
    wanted = targets.resolve(ctx, asked)
    # Nothing of another host is registered here, so where that does not answer there is nothing else to be done.
    panes = pane_list.read(ctx.tmux, wanted.socket) if asked.far else None
    return kill_resolved(ctx, wanted, wish, dry_run=dry_run, panes=panes)


def kill_resolved(
    ctx: Context, wanted: targets.ResolvedTarget, wish: Wish, *, dry_run: bool = False, panes: Panes | None = None
) -> Killed:
    """The same; `panes`: of its server, where they were read just now."""
    seen = _look(ctx, wanted, panes)
    row, found = seen.row, seen.found
    name = wanted.row.name if wanted.row else found.session_name or wanted.target.partition(":")[0].removeprefix("=")
    result = Killed(name, wanted.socket, found.session, False, None, seen.problem, "")
    if not found.session:
        result = result._replace(problem=seen.problem or _GONE)
    if found.moved and found.pane:
        result = result._replace(session_id="", pane=found.pane.id, moved_to=found.session_name)
    if dry_run:
        return result._replace(removed=False if row else None)
    with signals.ignoring(signal.SIGHUP):  # who ends the session from a pane in it does all of it
        if seen.reading and result.found:
            result = _end_found(ctx, seen.reading, result, seen, wish, lambda: _record(ctx, row) if row else None)
        if row is None:
            return result
        if seen.certain and not result.found:  # what it ran may have outlived it
            result = result._replace(remains=remains.of_row(row, keep=wish.keep_processes))
        if not result.killed and (not seen.certain or (result.found and result.problem)):
            return result._replace(removed=False, registry_problem="the session may still exist")
        return _forget(ctx, row, result)


class _Seen(NamedTuple):
    """`certain`: that what is not seen is not there."""

    reading: Panes | None
    found: SessionMatch
    row: Registered | None
    problem: str
    certain: bool


def _look(ctx: Context, wanted: targets.ResolvedTarget, reading: Panes | None) -> _Seen:
    problem, certain = "", True
    try:
        reading = reading or pane_list.read(ctx.tmux, wanted.socket)
        certain = reading.complete
    except ServerGone as error:
        problem = error.message
    except TmuxError as error:
        problem, certain = error.message, False
    found = targets.find(reading, wanted) if reading else lookup.NOTHING
    row = wanted.row or row_of(ctx, wanted, found)
    if row and (doubt := lost_sockets.doubt(row.server, reading.server if reading else None, row.place)):
        problem, certain = problem or doubt, False
    if reading and row and not wanted.row and lookup.by_row(reading, row).moved:
        row = None  # that session was its own, but its pane has left it
    if reading and (other := guests.meant(ctx, reading, wanted, found)):
        found, row = other.match, other.row
    return _Seen(reading, found, row, problem, certain)


def _end_found(
    ctx: Context, reading: Panes, result: Killed, seen: _Seen, wish: Wish, ended: Callable[[], None]
) -> Killed:
    """`ended` is called where it has ended, while its programs have a moment to do so, too."""
    if seen.found.pane and seen.found.moved:
        return _end_moved(ctx, reading, result, seen.found.pane, wish, seen.row, ended)
    return _end(ctx, reading, result, seen.found.session_name, wish, ended)


def end(ctx: Context, socket: str, server: str, session: str, wish: Wish) -> Killed:
    """The same of a session whose row, if it has one, stays for now. `server`: as it was when the session was seen."""
    result = Killed(session, socket, session, False, None, _GONE, "")
    try:
        reading = pane_list.read(ctx.tmux, socket)
    except ServerGone:
        return result
    name = next((pane.session_name for pane in reading.panes if pane.session == session), "")
    if reading.server.identity != server or not name:
        return result
    return _end(ctx, reading, result._replace(name=name, problem=""), name, wish, lambda: None)


def keeps(ctx: Context, socket: str, server: str, session: str, wish: Wish) -> str:
    """Why `end` would leave it, for who has something to do before it that cannot be undone. "" for nothing."""
    try:
        reading = pane_list.read(ctx.tmux, socket)
    except ServerGone:
        return ""
    name = next((pane.session_name for pane in reading.panes if pane.session == session), "")
    data = guests.registry(ctx)
    if reading.server.identity != server or not name or guests.of(data, reading, session):
        return ""
    mine = [] if wish.views == NONE else _sharing(data, reading, session)[0]
    group = _group(reading, session, name, mine, only_free=wish.only_free)
    return _kept(guarded_kill.keeps_group(ctx.tmux, reading.server, group, ctx.clock(), in_use=wish.views == ALL), name)


def _end_moved(
    ctx: Context,
    reading: Panes,
    result: Killed,
    pane: Pane,
    wish: Wish,
    row: Registered | None,
    ended: Callable[[], None],
) -> Killed:
    if row and row.quarantined:
        return result._replace(problem="it is quarantined: `viewsync release` ends that")
    if wish.only_free and pane.attached:
        return result._replace(problem=_IN_USE)
    if row and (kept := _still_shown(reading, pane, row.name, wish.views)):
        return result._replace(problem=kept)
    return _end_panes(ctx, reading, result, [pane], wish, ended)


def _still_shown(reading: Panes, pane: Pane, name: str, views: str) -> str:
    """Why a pane stays that was not moved at all, but is in a session that was grouped with its own."""
    if pane.group != name:
        return ""
    shown = [shown_pane for shown_pane in reading.panes if shown_pane.id == pane.id and shown_pane.group == name]
    if others := sorted(
        {shown_pane.session_name for shown_pane in shown if not (shown_pane.marked or shown_pane.old_mark)}
    ):
        return f"it has ended; its windows live on in {', '.join(map(repr, others))}: end that, if they are to go"
    used = next((shown_pane.session_name for shown_pane in shown if shown_pane.attached), "")
    return on_its_view(used) if used and views != ALL else ""


def _end_panes(
    ctx: Context, reading: Panes, result: Killed, panes: list[Pane], wish: Wish, ended: Callable[[], None]
) -> Killed:
    """Those alone, whatever else is in their session."""
    shown = {pane.id: [other.session for other in reading.panes if other.id == pane.id] for pane in panes}
    before = remains.see(reading, panes)
    try:
        done = guarded_kill.kill_panes(ctx.tmux, reading.server, shown)
    except ServerGone:
        done = list(shown)
    except TmuxError as error:
        result = _look_again(ctx.tmux, reading, result, error, shown)
        if result.killed:
            ended()
        return result
    result = result._replace(killed=len(done) == len(shown), problem="" if done or not shown else "it has just ended")
    if result.killed:
        ended()
    return result._replace(remains=remains.finish(ctx.tmux, before, keep=wish.keep_processes))


def _end(ctx: Context, reading: Panes, result: Killed, name: str, wish: Wish, ended: Callable[[], None]) -> Killed:
    session, data = result.session_id, guests.registry(ctx)
    panes = [pane for pane in reading.panes if pane.session == session]
    if others := guests.of(data, reading, session):
        views, live_on = _sharing(data, reading, session)
        known = {session, *(view.id for view in views)}
        elsewhere = {pane.window for pane in reading.panes if pane.session not in known}
        mine = [pane for pane in panes if pane.window not in elsewhere and pane not in [guest.pane for guest in others]]
        if wish.only_free and any(pane.attached for pane in panes):
            return result._replace(problem=_IN_USE)
        rows = ", ".join(repr(other.row.name) for other in others)
        stays = f"session {name!r} stays: the pane of {rows} was moved into it, and is not ended with it"
        result = result._replace(said=(*result.said, stays), live_on=tuple(live_on))
        return _end_panes(ctx, reading, result, mine, wish, ended)
    before = remains.see(reading, panes)
    result = _end_whole(ctx, reading, data, result, name, wish)
    if not result.killed:
        return result
    ended()
    shared = bool(result.live_on)
    return result._replace(remains=remains.finish(ctx.tmux, before, keep=wish.keep_processes, shared=shared))


def _end_whole(ctx: Context, reading: Panes, data: RegistryData, result: Killed, name: str, wish: Wish) -> Killed:
    session, only_free, views = result.session_id, wish.only_free, wish.views
    mine, others = ([], []) if views == NONE else _sharing(data, reading, session)
    on = next((view.name for view in mine if view.attached), "")
    if on and only_free:
        return result._replace(problem=_IN_USE)
    if on and views == IDLE:
        return result._replace(problem=on_its_view(on))
    try:
        if mine:
            result = _end_group(ctx, reading, result, name, mine, only_free=only_free, views=views)
        elif only_free:
            ends = [guarded_kill.End(session, name, only_dead=False)]
            done = guarded_kill.end(ctx.tmux, reading.server, ends)[0]
            result = result._replace(killed=done, problem="" if done else _IN_USE)
        else:
            done = guarded_kill.kill(ctx.tmux, reading.server, session)
            result = result._replace(killed=done, problem="" if done else "it has just ended")
    except ServerGone:
        result = result._replace(killed=True, problem="")  # it went with its last session
    except TmuxError as error:
        return _look_again(ctx.tmux, reading, result, error)
    return result._replace(live_on=tuple(others)) if result.killed else result


def on_its_view(view: str) -> str:
    return f"somebody is on its view '{view}': close that, or end it as well with --views"


_IN_USE = "somebody is attached to it, or it has just ended"


def _sharing(data: RegistryData, reading: Panes, session: str) -> tuple[list[View], list[str]]:
    """The views of the session, and the names of the other sessions that show any of its windows. A view has none: it
    is ended alone.
    """
    ours: Mapping[str, str] = {}
    mine: list[View] = []
    own = [pane for pane in reading.panes if pane.session == session]
    if data["views"]:
        from viewsync.views.rules import tracking  # not where nobody has a view

        ours = tracking.proven_in(reading, data["views"])
    if session in ours or any(pane.marked for pane in own):
        return [], []
    if any(pane.group for pane in own):
        from viewsync.views.rules import groups

        mine = groups.views(groups.index(reading), session, ours)
    windows = {pane.window for pane in own}
    known = {session, *(view.id for view in mine)}
    names = {pane.session_name for pane in reading.panes if pane.window in windows and pane.session not in known}
    return mine, sorted(names)


def _end_group(
    ctx: Context, reading: Panes, result: Killed, name: str, mine: list[View], *, only_free: bool, views: str
) -> Killed:
    group = _group(reading, result.session_id, name, mine, only_free=only_free)
    kept = guarded_kill.end_group(ctx.tmux, reading.server, group, ctx.clock(), in_use=views == ALL)
    return result._replace(killed=not kept, problem=_kept(kept, name))


def _group(reading: Panes, session: str, name: str, mine: list[View], *, only_free: bool) -> guarded_kill.Group:
    shown = {pane.session: pane for pane in reading.panes}
    others = sum(pane.group == shown[session].group for pane in shown.values()) - len(mine) - 1
    return guarded_kill.Group(session, name, [(view.id, view.name) for view in mine], others, only_free)


def _kept(kept: str, name: str) -> str:
    """Why, "" for nothing."""
    if kept == name:
        return "it is quarantined, or somebody has just come to it; try again"
    return f"its view '{kept}' is in use, pinned, reserved or quarantined" if kept else ""


def _look_again(tmux: Tmux, reading: Panes, result: Killed, error: TmuxError, panes: Container[str] = ()) -> Killed:
    """What it came to. The server may have done it without having said so. `panes`: those that were to end alone."""
    if not isinstance(error, TmuxTimeout):
        return result._replace(problem=error.message)
    try:
        now = pane_list.read(tmux, reading.server.socket)
    except ServerGone:
        return result._replace(killed=True, problem="")
    except TmuxError:
        return result._replace(problem=f"{error.message}; whether it has ended is not known")
    left = [pane for pane in now.panes if pane.id in panes or (not panes and pane.session == result.session_id)]
    there = now.server == reading.server and bool(left)
    if there or not now.complete:
        return result._replace(problem=f"{error.message}; it is still there")
    return result._replace(killed=True, problem="")


def _record(ctx: Context, row: Registered) -> None:
    created = epoch(row.created_at)
    seconds = max(0.0, ctx.clock() - created) if created else None
    recording.record(ctx, [recording.event(ctx.clock, row, KILL, "kill", "", seconds=seconds)])


def row_of(ctx: Context, wanted: targets.ResolvedTarget, found: SessionMatch) -> Registered | None:
    """The row of a session that was named explicitly: of that server, and of that session in it."""
    try:
        rows = [row for row in registry_rows.read(ctx.registry) if os.path.abspath(row.socket) == wanted.socket]
    except ViewsyncError:
        return None  # a target that was named needs no registry
    if found.session:
        mine = [row for row in rows if row.session_id == found.session]
        return next(iter(mine or [row for row in rows if not row.session_id and row.name == found.session_name]), None)
    name = wanted.target.partition(":")[0].removeprefix("=")
    return next((row for row in rows if row.name == name), None)


def _forget(ctx: Context, row: Registered, result: Killed) -> Killed:
    try:
        return result._replace(removed=registry_rows.remove(ctx.registry, row))
    except ViewsyncError as error:
        return result._replace(removed=False, registry_problem=error.message)
