"""What is said to make a view, where the parent is no longer what it was when it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from viewsync.errors import TmuxError
from viewsync.tmux import guarded_join, view_origin, views
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from tests.support.server import Home, Server


@pytest.fixture
def taken(server: Server, home: Home) -> guarded_join.NewView:
    """A new view of `proj`, whose name belongs to a group that it is not in: it gets another one for a moment."""
    server.tmux("new-session", "-d", "-t", "=proj:", "-s", "member")
    server.tmux("rename-session", "-t", "=proj:", "other")
    server.tmux("new-session", "-d", "-s", "proj")
    parent = server.tmux("display-message", "-p", "-t", "=proj:", "#{session_id}")
    origin = view_origin.read(Tmux("tmux", 5.0, home.env), server.socket, parent)
    return guarded_join.NewView("proj-view-1795000000-1", origin, "proj", "proj", "", "", "viewsync-detour-1")


def reserve(server: Server, view: guarded_join.NewView) -> str:
    tmux = Tmux("tmux", 5.0, server.home.env)
    # What is said to 3.2a: there a user's hooks run after each command.
    view = view._replace(origin=view.origin._replace(version="3.2a"))
    return views.reserve(tmux, server.socket, [], view, "", "3.2a", "1795000000.1", 1795000000.0)


def test_a_parent_that_was_renamed_meanwhile_is_left_alone(server: Server, taken: guarded_join.NewView) -> None:
    """Its old name does not come back."""
    server.tmux("rename-session", "-t", "=proj:", "mine-now")
    with pytest.raises(TmuxError, match="no such session"):
        reserve(server, taken)
    assert server.sessions() == ["other", "member", "mine-now"]


def test_a_parent_that_a_hook_ends_is_not_made_anew(server: Server, taken: guarded_join.NewView) -> None:
    """`new-session -t` makes a group with a shell in it of a name that nobody has."""
    server.tmux("set-hook", "-g", "after-rename-session", f"kill-session -t '{taken.origin.session}'")
    with pytest.raises(TmuxError, match="no such session"):
        reserve(server, taken)
    assert server.sessions() == ["other", "member"]


def test_a_parent_that_a_hook_gives_its_name_back_is_not_hijacked(server: Server, taken: guarded_join.NewView) -> None:
    """With that name `new-session -t` would put it into the group of `other`, and end its windows (trap B)."""
    server.tmux("set-hook", "-g", "after-rename-session", f"rename-session -t '{taken.origin.session}:' proj")
    before = server.pane_pids()
    with pytest.raises(TmuxError, match="no such session"):
        reserve(server, taken)
    assert server.sessions() == ["other", "member", "proj"]
    server.tmux("new-window", "-d", "-t", "=proj:")
    assert set(before) < set(server.pane_pids())
