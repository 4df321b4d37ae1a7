"""Give a session another name, in tmux and in the registry.

tmux first: a row whose session is called otherwise by now finds it by its ids, and `reconcile` lets its name follow.
So a row of the shell tools gets the ids before anything is renamed.
"""

from __future__ import annotations

from viewsync.errors import MissingSession, SessionExists, StateError, TmuxError, TmuxTimeout, UsageError, ViewsyncError
from viewsync.history import recording
from viewsync.registry import rows, targets
from viewsync.registry.rules.row import registered
from viewsync.sessions import killing
from viewsync.sessions.rules import drift
from viewsync.system import processes
from viewsync.tmux import pane_list, pid_namespaces
from viewsync.tmux import rename as tmux_rename
from viewsync.tmux.rules import session_names
from viewsync.tmux.sessions import Duplicate
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import groups, tracking

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry.rules.lookup import SessionMatch
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import SessionRow
    from viewsync.store.registry_file import RegistryFile
    from viewsync.tmux.rules.model import Pane, Panes
    from viewsync.tmux.server import Tmux


class Renamed(NamedTuple):
    old: str
    new: str
    socket: str
    session_id: str
    registered: bool
    views: list[str]


def rename(ctx: Context, asked: targets.TargetArgs, new: str) -> Renamed:
    if problem := session_names.refusal(new):
        raise UsageError(f"cannot name a session {new!r}: {problem}", "choose another name")
    wanted = targets.resolve(ctx, asked)
    reading = pane_list.read(ctx.tmux, wanted.socket)
    found = targets.find(reading, wanted)
    if not found.session:
        what = wanted.row.name if wanted.row else wanted.target
        raise MissingSession(f"there is no session {what!r} on {wanted.socket}", "see `viewsync list`")
    row = wanted.row or killing.row_of(ctx, wanted, found)
    if row and found.moved and found.pane:
        return _row_alone(ctx, row, found, found.pane, new, wanted.socket)
    known = _views(ctx, reading, found)
    if row:
        _refuse_taken(ctx, row, new)
        row = _identified(ctx.registry, row, reading, found)
    mine = groups.views(groups.index(reading), found.session, known)
    ids = [view.id for view in mine]
    _in_tmux(ctx.tmux, reading, found, new, ids)
    if row:
        try:
            _in_registry(ctx.registry, row, new, reading, found)
        except ViewsyncError:
            _in_tmux(ctx.tmux, reading, found._replace(session_name=new), found.session_name, ids)
            raise
        event = recording.event(ctx.clock, row, "rename", "rename", f"renamed to {new}", detail=new)
        recording.record(ctx, [event])
    old = row.name if row else found.session_name
    names = _ordered(ctx, wanted.socket) if mine else {}
    views = [names.get(view.id, view.name) for view in mine]
    return Renamed(old, new, wanted.socket, found.session, row is not None, views)


def _ordered(ctx: Context, socket: str) -> dict[str, str]:
    """New names, by id, of views that would sort before their parent now. What fails here the next pass mends."""
    from viewsync.tmux import inventory  # only for who has views
    from viewsync.views import ordering

    try:
        return ordering.mend(ctx, inventory.inventory(ctx.tmux, socket), ctx.registry.read()["views"])
    except ViewsyncError as error:
        ctx.log.warning("%s", error.message)
        return {}


def _row_alone(ctx: Context, row: Registered, found: SessionMatch, pane: Pane, new: str, socket: str) -> Renamed:
    """Its pane was moved into a session that is not its own, and keeps its name."""
    with ctx.registry.change() as data:
        if not rows.rekey(data["sessions"], row, new):
            raise _taken(new) if new in data["sessions"] else _changed(row)
        data["sessions"][new]["target"] = pane.place
    recording.record(ctx, [recording.event(ctx.clock, row, "rename", "rename", f"renamed to {new}", detail=new)])
    return Renamed(row.name, new, socket, found.session, True, [])


def _views(ctx: Context, reading: Panes, found: SessionMatch) -> dict[str, str]:
    """That server's views by their rows. A session that is one itself is refused."""
    try:
        known = tracking.proven_in(reading, ctx.registry.read()["views"])
    except StateError:  # a session that was named by its target needs no registry
        known = {}
    if found.session in known or any(pane.marked for pane in reading.panes if pane.session == found.session):
        raise UsageError(f"{found.session_name!r} is a view, and viewsync needs its name", "rename its parent instead")
    return known


def _refuse_taken(ctx: Context, row: Registered, new: str) -> None:
    if new != row.name and new in ctx.registry.read()["sessions"]:
        raise _taken(new)


def _taken(new: str) -> SessionExists:
    return SessionExists(f"Session '{new}' already exists in registry", "choose another name, or remove that one first")


def _identified(registry: RegistryFile, row: Registered, reading: Panes, found: SessionMatch) -> Registered:
    """With the ids by which it is found under any name."""
    if processes.alive(row.maker, row.maker_start, row.maker_place):
        raise UsageError(f"session '{row.name}' is just being created", "try again in a moment")
    if row.session_id and row.server:
        return row
    pane = found.pane
    start = processes.start_time(pane.pid) if pane and not pane.dead else 0.0
    where = pid_namespaces.known(reading.server.socket, reading.server.identity, start)
    values: SessionRow = {**drift.ids(reading, found, start, ""), **where}
    if not rows.update(registry, row, values, drop=drift.MAKING):
        raise _changed(row)
    return registered(row.name, {**row._asdict(), **values})


def _in_tmux(tmux: Tmux, reading: Panes, found: SessionMatch, new: str, views: list[str]) -> None:
    try:
        done = tmux_rename.rename(tmux, reading.server, found.session, found.session_name, new, views)
    except TmuxTimeout as error:
        done = _look_again(tmux, reading, found, new, error)
    except Duplicate:
        raise SessionExists(
            f"Tmux session '{new}' already exists on socket {reading.server.socket}", "choose another name"
        ) from None
    if not done:
        raise TmuxError(f"session {found.session_name!r} has just ended or been renamed", "see `viewsync list`")


def _look_again(tmux: Tmux, reading: Panes, found: SessionMatch, new: str, error: TmuxTimeout) -> bool:
    """Whether it has the name by now: the server may have done it without having said so."""
    try:
        now = pane_list.read(tmux, reading.server.socket)
    except TmuxError:
        problem = f"{error.message}; whether {found.session_name!r} is called {new!r} now is not known"
        raise TmuxTimeout(problem, "`viewsync list` tells once it answers; `viewsync reconcile` records it") from None
    names = {pane.session: pane.session_name for pane in now.panes if now.server == reading.server}
    if names.get(found.session) == found.session_name:
        raise TmuxTimeout(f"{error.message}; {found.session_name!r} is called so as before", "try again")
    return names.get(found.session) == new


def _changed(row: Registered) -> MissingSession:
    return MissingSession(f"session '{row.name}' changed meanwhile", "try again")


def _in_registry(registry: RegistryFile, row: Registered, new: str, reading: Panes, found: SessionMatch) -> None:
    """The row's name follows, and so do its views'."""
    with registry.change() as data:
        if not rows.rekey(data["sessions"], row, new):
            raise _taken(new) if new in data["sessions"] else _changed(row)
        for view_row in tracking.rows_of(reading.server, data["views"]).values():
            if view_row.get("parent_id") == found.session or (
                not view_row.get("parent_id") and view_row.get("parent") == found.session_name
            ):
                view_row["parent"] = new
