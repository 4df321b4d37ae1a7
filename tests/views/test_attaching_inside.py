"""`viewsync attach` in a tab: it goes to a view of that session, as the tab was on one before."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from tests.support.wait import until
from viewsync.context import Context
from viewsync.tmux import clients, inventory

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.server import Home, Server


def make(server: Server, name: str) -> None:
    """One that the registry knows, with a shell in it."""
    assert server.home.viewsync("create", "-S", server.socket, "-n", name).code == 0


def attach(home: Home, tab: Tab, name: str) -> None:
    """Typed into the tab; the shell there has the server's environment."""
    words = [f"VIEWSYNC_STATE_DIR={home.state}", home.launcher, "attach", name]
    tab.type(f"env {shlex.join(words)}; echo went $?\r")


def test_two_tabs_that_go_to_one_session_do_not_mirror_each_other(server: Server, home: Home) -> None:
    make(server, "other")
    tabs = [server.open("proj")[0] for _ in range(2)]
    for tab in tabs:
        before = server.clients()[tab.pid]
        attach(home, tab, "other")
        until(lambda tab=tab, before=before: server.clients()[tab.pid] != before, "the other session")  # type: ignore[misc]
    views = [server.clients()[tab.pid] for tab in tabs]
    assert views[0] != views[1]
    for view in views:
        assert view.startswith("other-view-")
        assert server.show(f"={view}:", "#{@viewsync_parent}") == "other"
    home.viewsync("sweep")
    assert {home.rows()[view]["attached"] for view in views} == {True}


def test_of_two_tabs_that_were_used_in_one_second_the_later_one_goes(server: Server, home: Home) -> None:
    make(server, "other")
    tabs = [server.open("proj")[0] for _ in range(2)]
    found = inventory.inventory(Context(home.env).tmux, server.socket).server
    pane = server.show("=proj:", "#{pane_id}")

    def later_one(tab: Tab) -> str:
        """Which one it is, where it was the same second."""
        for typing in (*(other for other in tabs if other is not tab), tab):
            until(lambda: "x" not in server.tmux("capture-pane", "-p", "-t", pane), "an empty line")
            typing.type("x")
            until(lambda: "x" in server.tmux("capture-pane", "-p", "-t", pane), "the key")
            server.tmux("send-keys", "-t", pane, "BSpace")
        near = clients.near(Context(home.env).tmux, found, pane)
        same = len({client.activity[0] for client in near}) == 1
        return max(near, key=lambda client: client.activity).name if same else ""

    for tab in tabs:
        assert until(lambda tab=tab: later_one(tab), "two keys in one second") == tab.tty  # type: ignore[misc]


def test_on_a_view_of_it_a_tab_stays(server: Server, home: Home) -> None:
    make(server, "other")
    tab, view = server.open("other")
    attach(home, tab, "other")
    until(lambda: "went 0" in tab.text(), "the end of the call")
    assert server.clients() == {tab.pid: view}
    assert server.views() == [view]


def test_a_client_that_is_not_ours_goes_to_the_session_itself(server: Server, home: Home) -> None:
    make(server, "other")
    tab = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: tab.pid in server.clients(), "a client")
    attach(home, tab, "other")
    until(lambda: server.clients()[tab.pid] == "other", "the other session")
    assert server.views() == []


def test_a_tab_that_comes_back_gets_the_view_that_it_left(server: Server, home: Home) -> None:
    """Of sessions that only tmux knows, as `open` in a pane advises."""
    server.tmux("new-session", "-d", "-s", "other")
    tab, first = server.open("proj")
    tab.type(f"{home.launcher} open proj\r")
    until(lambda: "inside tmux, `viewsync attach proj` goes there" in tab.text().replace("\r\n", ""), "the advice")
    attach(home, tab, "other")
    until(lambda: server.clients()[tab.pid].startswith("other-view-"), "a view of the other session")
    second = server.clients()[tab.pid]
    for name, view in (("proj", first), ("other", second)):
        attach(home, tab, name)
        until(lambda view=view: server.clients()[tab.pid] == view, "the view that it left")  # type: ignore[misc]
    assert sorted(server.views()) == sorted((first, second))


def test_a_view_is_no_session_to_go_to(server: Server, home: Home) -> None:
    tab, view = server.open("proj")
    attach(home, tab, view)
    until(lambda: "went 3" in tab.text(), "the refusal")
    assert server.clients() == {tab.pid: view}
