"""Take over views that somebody else made, and keep views from the clean-up."""

from __future__ import annotations

from viewsync.errors import MissingSession, UsageError
from viewsync.system import processes
from viewsync.text.nearest import did_you_mean
from viewsync.tmux import inventory
from viewsync.tmux import views as tmux_views
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views import servers
from viewsync.views.rules import names, tracking

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from viewsync.context import Context
    from viewsync.registry_shape import ViewRow
    from viewsync.tmux.rules.model import Inventory, TmuxSession
    from viewsync.tmux.server import Tmux


class AdoptableView(NamedTuple):
    """A session that looks like a view and is grouped with `parent`, if that is there."""

    socket: str
    session: TmuxSession
    parent: TmuxSession | None
    parent_name: str


def candidates(ctx: Context, socket: str, parent: str) -> list[AdoptableView]:
    """The unmarked views of that parent. MissingSession when there is no such session."""
    found = inventory.inventory(ctx.tmux, socket)
    owner = next((session for session in found.sessions if session.name == parent), None)
    if owner is None:
        near = did_you_mean(parent, (session.name for session in found.sessions), most=3)
        raise MissingSession(f"there is no session {parent!r} on {socket}", near)
    ours = tracking.proven(found, ctx.registry.read()["views"])
    return [AdoptableView(socket, stray, owner, parent) for stray in strays(found, ours) if stray.group == owner.group]


def strays(found: Inventory, ours: Container[str]) -> list[TmuxSession]:
    """All sessions of a server that look like views, are grouped, and are not ours. `ours`: ids, by their rows."""
    return [
        session
        for session in found.sessions
        if session.group_size and not session.marked and session.id not in ours and names.looks_like_view(session.name)
    ]


def adopt(ctx: Context, chosen: Sequence[AdoptableView]) -> list[str]:
    """Make them ours: the row first, then the mark. The names of those that were still what they were."""
    if not chosen:
        return []
    server = inventory.inventory(ctx.tmux, chosen[0].socket).server
    with ctx.registry.change() as data:
        for view in chosen:
            data["views"][view.session.name] = _row(server.identity, view)
    marked = [view for view in chosen if _mark(ctx.tmux, view)]
    return [view.session.name for view in marked]


def _row(server: str, candidate: AdoptableView) -> ViewRow:
    return {
        "socket": candidate.socket,
        "server": server,
        "place": processes.place(),
        "session_id": candidate.session.id,
        "parent": candidate.parent_name,
        "parent_id": candidate.parent.id if candidate.parent else "",
        "state": tracking.OPEN,
        "created": candidate.session.created,
        "attached": bool(candidate.session.attached),
        "adopted": True,
    }


def _mark(tmux: Tmux, candidate: AdoptableView) -> bool:
    session = candidate.session
    return tmux_views.mark(tmux, candidate.socket, session.id, session.name, candidate.parent_name)


def pin(ctx: Context, view: str, sockets: Sequence[str] | None, *, on: bool) -> str:
    """Keep that view from every clean-up, or no longer; the socket of its server."""
    views = ctx.registry.read()["views"]
    seen: list[str] = []
    for socket in servers.live(ctx.env, views) if sockets is None else sockets:
        found = inventory.inventory(ctx.tmux, socket)
        ours = tracking.proven(found, views)
        session = next((known for known in found.sessions if known.name == view), None)
        if session is None:
            seen += [known.name for known in found.sessions if known.marked or known.id in ours]
            continue
        if not session.marked and session.id not in ours:
            raise UsageError(f"{view!r} is not one of viewsync's views, so nothing would end it")
        if tmux_views.pin(ctx.tmux, socket, session.id, view, on=on):
            return socket
    raise MissingSession(f"there is no view {view!r}", did_you_mean(view, seen, "`viewsync views` lists them"))
