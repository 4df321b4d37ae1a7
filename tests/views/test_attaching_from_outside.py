"""`viewsync attach --client`: the client on another terminal goes to a view of a session, as WezTerm has it do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.server import Done, Home, Server


def window(server: Server, session: str) -> str:
    """The name of its current window."""
    return server.show(f"={session}:", "#{window_name}")


def window_id(server: Server, target: str) -> str:
    return server.show(target, "#{window_id}")


def move(server: Server, tab: Tab, *words: str) -> Done:
    return server.home.viewsync("attach", "-S", server.socket, "--client", tab.tty, "--json", *words)


@pytest.fixture
def goal(server: Server) -> str:
    """A session of two windows, the first of them its current one."""
    server.tmux("new-session", "-d", "-s", "goal", "-n", "first", "cat")
    server.tmux("new-window", "-d", "-t", "=goal:", "-n", "second", "cat")
    return "goal"


def test_that_client_gets_a_view_of_it_on_that_window_and_nobody_else_moves(
    server: Server, home: Home, goal: str
) -> None:
    before = server.pane_pids()
    tab, _ = server.open("proj")
    other, beside = server.open(goal)
    done = move(server, tab, "--window", window_id(server, "=goal:second"), goal)
    assert done.code == 0, done
    view = done.json()["view"]
    assert view.startswith("goal-view-")
    assert server.clients() == {tab.pid: view, other.pid: beside}
    assert [window(server, name) for name in (view, beside, goal)] == ["second", "first", "first"]
    home.viewsync("sweep")
    row = home.rows()[view]
    assert (row["attached"], row["parent"], row["tty"]) == (True, "goal", tab.tty)
    assert server.pane_pids() == before


def test_a_free_view_is_taken_and_goes_to_the_window(server: Server, goal: str) -> None:
    tab, _ = server.open("proj")
    free = server.home.viewsync("open", "-S", server.socket, "--json", "--lease", "0", goal).json()["view"]
    until(lambda: server.show(f"={free}:", "#{session_attached}") == "0", "a free view")
    done = move(server, tab, "--window", window_id(server, "=goal:second"), goal)
    view = done.json()["view"]
    assert server.clients() == {tab.pid: view}
    assert [window(server, name) for name in (view, goal)] == ["second", "first"]


def test_the_view_goes_with_its_client(server: Server, goal: str) -> None:
    tab, _ = server.open("proj")
    view = move(server, tab, goal).json()["view"]
    tab.hang_up()
    until(lambda: view not in server.sessions(), "the end of the view")


def test_on_a_view_of_it_only_that_views_window_changes(server: Server, goal: str) -> None:
    tab, view = server.open(goal)
    done = move(server, tab, "--window", window_id(server, "=goal:second"), goal)
    assert done.json()["view"] == view
    assert server.views() == [view]
    assert [window(server, name) for name in (view, goal)] == ["second", "first"]


def test_a_window_that_is_gone_leaves_it_on_the_sessions_own(server: Server, goal: str) -> None:
    tab, _ = server.open("proj")
    done = move(server, tab, "--window", "@999", goal)
    assert done.code == 0, done
    assert window(server, server.clients()[tab.pid]) == "first"


def test_what_cannot_be_is_refused_and_nobody_moves(server: Server, home: Home, goal: str) -> None:
    """A terminal that nobody is on, a session that is not there, and no terminal at all."""
    tab, view = server.open("proj")
    done = home.viewsync("attach", "-S", server.socket, "--client", "/dev/pts/no", goal)
    assert (done.code, "no client of the tmux server" in done.err) == (1, True)
    assert move(server, tab, "goa").code == 3
    for option in (["--window", "@1"], ["--create"]):
        done = home.viewsync("attach", "-S", server.socket, *option, goal)
        assert (done.code, f"{option[0]} only works with --client" in done.err) == (1, True)
    assert server.clients() == {tab.pid: view}
    assert server.views() == [view]


def test_a_session_that_is_not_there_yet_can_be_made_for_it(server: Server, home: Home) -> None:
    tab, _ = server.open("proj")
    done = move(server, tab, "--create", "fresh one")
    assert done.code == 0, done
    assert server.show(f"={server.clients()[tab.pid]}:", "#{@viewsync_parent}") == "fresh one"
    assert done.json()["session_id"] == server.show("=fresh one:", "#{session_id}")


def test_there_and_back_again_piles_up_no_views(server: Server, goal: str) -> None:
    tab, _ = server.open("proj")
    for name in (goal, "proj", goal, "proj"):
        assert move(server, tab, name).code == 0
    until(lambda: len(server.views()) <= 2, "the end of what was left")
    assert server.show(f"={server.clients()[tab.pid]}:", "#{@viewsync_parent}") == "proj"
