"""Go to a project session: inside its tmux the client switches to it, elsewhere this process becomes one of a view."""

from __future__ import annotations

from viewsync.errors import TmuxError, UsageError
from viewsync.light import quote
from viewsync.system import terminal
from viewsync.tmux import clients, sockets
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.tmux.rules.model import Server


def check(env: Mapping[str, str], socket: str, name: str) -> None:
    """UsageError where there is no terminal to attach with."""
    if not sockets.is_inside(env, socket) and not terminal.name():
        raise UsageError(
            f"there is no terminal to attach session '{name}' to",
            f"it is kept: `viewsync attach {quote(name)}` in a terminal",
        )


def go(ctx: Context, server: Server, session: str, name: str) -> None:
    """Returns only where the client was switched."""
    check(ctx.env, server.socket, name)
    if sockets.is_inside(ctx.env, server.socket) and sockets.is_of(ctx.env, server):
        _switch(ctx, server, session, name)
    else:
        from viewsync.views import opening

        opening.become_client(ctx, opening.OpenRequest(parent=name, socket=server.socket))


def _switch(ctx: Context, server: Server, session: str, name: str) -> None:
    """A client on a view gets one of that session, too: two tabs on the session itself would mirror each other."""
    client = _client(ctx, server, name)
    if client.view_of == session:
        return
    if client.view_of:
        session = _view(ctx, server, client.name, session, name)
    if reason := clients.switch(ctx.tmux, server, client.name, session):
        raise TmuxError(f"cannot switch to session '{name}': {reason}", "it is kept as it is")


def _view(ctx: Context, server: Server, client: str, session: str, name: str) -> str:
    """The id of a view of that session: the one that this client left, else another."""
    from viewsync.views import opening, switching

    if own := switching.left_by(ctx, server.socket, client, session):
        return own
    view = opening.reserve(ctx, opening.OpenRequest(parent=name, socket=server.socket))["view"]
    return ctx.tmux.ask(server.socket, "display-message", "-p", "-t", f"={view}:", "#{session_id}").strip()


def unregistered(ctx: Context, socket: str, name: str) -> tuple[Server, str] | None:
    """A session of exactly that name which only tmux knows: the server, and its id."""
    from viewsync.tmux import inventory

    try:
        found = inventory.inventory(ctx.tmux, socket)
    except ServerGone:
        return None
    ids = [session.id for session in found.sessions if session.name == name and not session.marked]
    return (found.server, ids[0]) if ids else None


def _client(ctx: Context, server: Server, name: str) -> clients.Near:
    """The one that shows our pane, the last used of several; else the only one that could. Never anybody else's,
    which is what tmux takes when nobody is on the pane's session.
    """
    # A popup has no pane, but is of a session: the last of TMUX's words.
    place = ctx.env.get("TMUX_PANE") or f"${ctx.env['TMUX'].rpartition(',')[2]}:"
    there = clients.near(ctx.tmux, server, place)
    shown = [client for client in there if client.shows]
    if shown:
        return max(shown, key=lambda each: each.activity)
    if len(there) == 1:
        return there[0]
    reason = "nobody is on this pane" if not there else "several are on this pane's session, and none of them shows it"
    raise UsageError(
        f"cannot switch to session '{name}': {reason}",
        f"it is kept: `viewsync attach {quote(name)}` in a terminal",
    )
