"""Which tmux servers may have views of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync import paths
from viewsync.tmux import sockets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.registry_shape import ViewRow


def live(env: Mapping[str, str], views: Mapping[str, ViewRow]) -> list[str]:
    """The sockets of all live servers of this user: tmux's folders, ours, and those that rows name."""
    named = [str(row["socket"]) for row in views.values() if row.get("socket")]
    if inside := sockets.socket_inside(env):
        named.append(inside)
    return sockets.live_sockets(paths.tmux_folders(env), named)
