"""The sessions of tmux servers, registered or not: one call a server."""

from __future__ import annotations

from viewsync import paths
from viewsync.errors import TmuxError, ViewsyncError
from viewsync.tmux import inventory, reachable, sockets
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.tmux.rules.model import TmuxSession
    from viewsync.tmux.server import Tmux


class FoundServer(NamedTuple):
    label: str  # as a person knows it: "default socket", "socket name 'N'", "socket path 'P'"
    socket: str
    sessions: list[TmuxSession]


def one(ctx: Context, label: str, path: str, query: str) -> FoundServer:
    shown = f"socket name '{label}'" if label else f"socket path '{path}'" if path else "default socket"
    return on(ctx, sockets.socket_of(ctx.env, label, path), shown, query)


def on(ctx: Context, socket: str, shown: str, query: str) -> FoundServer:
    try:
        return FoundServer(shown, socket, _sessions(ctx.tmux, socket, query))
    except ServerGone:
        raise TmuxError(f"No tmux server found on {shown}", "start one with `tmux`, or name it with -L or -S") from None


def everywhere(ctx: Context, query: str) -> tuple[list[FoundServer], list[str]]:
    """All live servers of ours. A stale socket is no server, and one that does not answer hides no other."""
    found: list[FoundServer] = []
    errors: list[str] = []
    for socket in _sockets(ctx, errors):
        try:
            found.append(FoundServer(f"socket path '{socket}'", socket, _sessions(ctx.tmux, socket, query)))
        except ServerGone:
            continue
        except TmuxError as error:
            errors.append(error.message)
    return found, errors


def _sockets(ctx: Context, errors: list[str]) -> list[str]:
    """tmux's folders, the folder of our own sockets, and what the registry names."""
    try:
        data = ctx.registry.read()
        rows = [*data["sessions"].values(), *data["views"].values()]
    except ViewsyncError as error:
        errors.append(error.message)
        rows = []
    named = [str(row.get("socket")) for row in rows]
    return reachable.servers([*paths.tmux_folders(ctx.env), ctx.socket_folder], named)


def _sessions(tmux: Tmux, socket: str, query: str) -> list[TmuxSession]:
    """Those whose name holds the query, as text and whatever its case."""
    wanted = query.casefold()
    return [session for session in inventory.inventory(tmux, socket).sessions if wanted in session.name.casefold()]
