"""The tabs that `open` made: which client of tmux is one, and whether it is on its view."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewsync.registry_shape import ViewRow
    from viewsync.tmux.rules.model import Client, Inventory, TmuxSession


def is_clients(row: ViewRow, client: Client) -> bool:
    """Whether that process is the one that the row names."""
    start = row.get("pid_start")
    return row.get("pid") == client.pid and (not start or not client.start or start == client.start)


def is_tab(row: ViewRow) -> bool:
    """Whether the process that the row names is one that `open` became."""
    return bool(row.get("opener")) and row.get("opener") == row.get("pid")


def only_row(name: str, views: Mapping[str, ViewRow], clients: Iterable[Client]) -> bool:
    """Whether nothing else says that one of these clients is a tab. Without it, no pass would know it again."""
    row = views.get(name, {})
    mine = [client for client in clients if is_tab(row) and is_clients(row, client)]
    others = [views[other] for other in views if other != name and views[other].get("server") == row.get("server")]
    return bool(mine) and not any(is_tab(other) and is_clients(other, client) for other in others for client in mine)


class Elsewhere:
    """Which views were left by clients that live. tmux 3.7 lists no suspended one, but says on which session it is."""

    def __init__(self, found: Inventory) -> None:
        self.names = {name for session in found.sessions for name in session.on}
        self.known: dict[str, list[Client]] = {}
        for client in found.clients:
            self.known.setdefault(client.tty, []).append(client)

    def has(self, left: TmuxSession, row: ViewRow) -> bool:
        tty = row.get("tty", "")
        if left.clients or not is_tab(row) or tty not in self.names:
            return False
        return tty not in self.known or any(is_clients(row, client) for client in self.known[tty])


def astray(found: Inventory, *rows: Mapping[str, ViewRow]) -> bool:
    """Whether a client that may be a tab's is on a session that is no view of ours, or on one together with another."""
    tabs = {row["pid"] for views in rows for row in views.values() if is_tab(row)}
    marked = {session.id for session in found.sessions if session.marked and session.on[1:] == ()}
    return any(client.pid in tabs and client.session not in marked for client in found.clients)
