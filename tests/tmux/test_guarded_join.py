"""What is said to make a view, where the parent is no longer what it was when it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from viewsync.errors import TmuxError
from viewsync.tmux import inventory, views
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_a_parent_that_was_renamed_meanwhile_is_left_alone(server: Server, home: Home) -> None:
    """Also where the detour of trap B would have given it its old name back."""
    server.tmux("new-session", "-d", "-t", "=proj:", "-s", "member")
    server.tmux("rename-session", "-t", "=proj:", "other")
    server.tmux("new-session", "-d", "-s", "proj")
    tmux = Tmux("tmux", 5.0, home.env)
    parent = server.tmux("display-message", "-p", "-t", "=proj:", "#{session_id}")
    origin = inventory.origin(tmux, server.socket, parent)
    server.tmux("rename-session", "-t", "=proj:", "mine-now")
    new = views.NewView("proj-view-1795000000-1", origin, "proj", "proj", "", "", "viewsync-detour-1")
    with pytest.raises(TmuxError, match="no such session"):
        views.reserve(tmux, server.socket, [], new, "", "1795000000.1", 1795000000.0)
    assert server.sessions() == ["other", "member", "mine-now"]
