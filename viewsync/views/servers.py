"""Which tmux servers may have views of ours."""

from __future__ import annotations

from viewsync import paths
from viewsync.system import processes
from viewsync.tmux import reachable, sockets
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.registry_shape import ViewRow
    from viewsync.tmux.rules.model import Server


def live(env: Mapping[str, str], views: Mapping[str, ViewRow]) -> list[str]:
    """The sockets of all live servers of this user: tmux's folders, ours, and those that rows name. Of these also ones
    that were removed while their servers run: whoever asks there calls them back, or hears why that cannot be.
    """
    named = [str(row["socket"]) for row in views.values() if row.get("socket")]
    if inside := sockets.socket_inside(env):
        named.append(inside)
    return reachable.servers(paths.tmux_folders(env), named)


def without_lost(server: Server, views: dict[str, ViewRow]) -> dict[str, ViewRow]:
    """Those of another server that had this socket, and runs, are nobody's to forget."""
    others = {
        (str(row.get("server") or ""), row.get("place", ""))
        for row in views.values()
        if row.get("socket") == server.socket
    }
    lost = {other for other in others if other[0] != server.identity and processes.is_server(*other)}
    if not lost:
        return views
    return {
        name: row
        for name, row in views.items()
        if row.get("socket") != server.socket or (row.get("server"), row.get("place", "")) not in lost
    }
