"""The client on another terminal goes to a view of a session: from outside, as WezTerm's module has it."""

from __future__ import annotations

from viewsync.errors import TmuxError, UsageError
from viewsync.tmux import clients, inventory
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views import opening, switching

if TYPE_CHECKING:
    from viewsync.context import Context


class Moved(NamedTuple):
    view: str  # the name of what the client shows now
    session: str  # the id of the session that this is a view of, such as $7


def move(ctx: Context, socket: str, name: str, tty: str, window: str = "", *, create: bool = False) -> Moved:
    """No other client moves, no other session's current window changes, and nothing is typed."""
    found = inventory.inventory(ctx.tmux, socket)
    client = clients.on_terminal(ctx.tmux, found.server, tty)
    if client is None:
        raise UsageError(
            f"cannot switch {tty} to session {name!r}: no client of the tmux server on {socket} is there",
            "who is not on that server cannot be switched to it; `viewsync open` shows the session in a new tab",
        )
    sessions = {session.id: session for session in found.sessions}
    shown = sessions.get(client.session)
    place = client.session
    parent = next((session.id for session in found.sessions if session.name == name), "")
    if shown is None or not shown.marked or shown.marked_parent != name:
        place = switching.left_by(ctx, socket, tty, parent) if parent else ""
        if not place:
            request = opening.OpenRequest(parent=name, socket=socket, create=create, window=window)
            view = opening.reserve(ctx, request)["view"]
            place = _said(ctx, socket, f"={view}:", "#{session_id}")
    if reason := clients.switch(ctx.tmux, found.server, client.name, place, window):
        raise TmuxError(f"cannot switch {tty} to session {name!r}: {reason}", "it is on the session that it was on")
    return Moved(
        _said(ctx, socket, f"{place}:", "#{session_name}"), parent or _said(ctx, socket, f"={name}:", "#{session_id}")
    )


def _said(ctx: Context, socket: str, target: str, fmt: str) -> str:
    return ctx.tmux.ask(socket, "display-message", "-p", "-t", target, fmt).strip()
