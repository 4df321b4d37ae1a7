"""The list of sessions with their views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def test_a_parent_is_one_row_with_its_views_under_it(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-s", "alone")
    tab, view = server.open("proj")
    until(lambda: home.rows()[view]["attached"], "the row")
    lines = home.viewsync("views").out.splitlines()
    assert lines[0].split() == ["SESSION", "WINDOWS", "CLIENTS", "TERMINAL", "AGE", "STATE", "NEXT", "SWEEP"]
    assert lines[1].split()[:3] == ["proj", "2", "1"]
    assert lines[2].startswith(f"  {view}")
    assert lines[2].endswith("attached  keep: attached")
    assert tab.tty.removeprefix("/dev/") in lines[2]
    assert len(lines) == 3
    assert "alone" in home.viewsync("views", "--all").out


def test_where_nothing_runs_it_says_what_there_is_none_of(home: Home) -> None:
    assert home.viewsync("views").out == "no views (`viewsync open SESSION` opens one, --all lists the sessions)\n"
    said = "no sessions on the servers that were asked (`viewsync list` has all registered ones)\n"
    assert home.viewsync("views", "--all").out == said


def test_json_says_the_same_and_what_the_next_sweep_does(server: Server, home: Home) -> None:
    env = {"VIEWSYNC_HOOKS": "0"}
    tab, view = server.open("proj", env=env)
    home.viewsync("sweep", env=env)
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    listing = home.viewsync("views", "--json").json()
    (parent,) = listing["parents"]
    assert (parent["name"], parent["id"], parent["exists"], parent["windows"]) == ("proj", "$0", True, 2)
    (told,) = parent["views"]
    assert (told["name"], told["state"], told["action"], told["reason"]) == (
        view,
        "unattached",
        "end",
        "orphan: nobody is on it",
    )
    assert listing["servers"][0]["socket"] == server.socket
    assert home.viewsync("cleanup", "--views", "--dry-run", "--json").json()["verdicts"][0]["reason"] == told["reason"]
    assert view in server.sessions()


def test_a_gone_parent_still_heads_its_views(server: Server, home: Home) -> None:
    _, view = server.open("proj")
    server.tmux("kill-session", "-t", "=proj")
    (parent,) = home.viewsync("views", "--json").json()["parents"]
    assert (parent["name"], parent["exists"], parent["views"][0]["name"]) == ("proj", False, view)


def test_all_servers_are_listed_or_one(servers: Callable[..., Server], home: Home) -> None:
    one, two = servers("default").start(), servers("work").start()
    one.open("proj")
    two.open("proj")
    assert len(home.viewsync("views", "--json").json()["parents"]) == 2
    (only,) = home.viewsync("views", "-L", "work", "--json").json()["parents"]
    assert only["socket"] == two.socket


def test_no_views(server: Server, home: Home) -> None:
    assert "no views" in home.viewsync("views").out
    assert home.viewsync("views", "--json").json()["parents"] == []


def test_windows_are_named_with_their_ids_where_that_is_asked_for(server: Server, home: Home) -> None:
    server.tmux("rename-window", "-t", "=proj:one", "a|b 'c' é")
    server.tmux("select-window", "-t", "=proj:1")
    server.tmux("new-session", "-d", "-s", "gone")
    server.open("gone")
    server.tmux("kill-session", "-t", "=gone")
    (proj, gone) = home.viewsync("views", "--all", "--windows", "--json").json()["parents"]
    ids = server.tmux("list-windows", "-t", "=proj", "-F", "#{window_id}").split()
    assert [(window["id"], window["index"], window["current"]) for window in proj["window_list"]] == [
        (ids[0], 0, False),
        (ids[1], 1, True),
    ]
    assert "a|b 'c' é" in [window["name"] for window in proj["window_list"]]
    assert (gone["exists"], len(gone["window_list"])) == (False, 1)
    assert f"  1: two ({ids[1]})" in home.viewsync("views", "--all", "--windows").out
    assert "window_list" not in home.viewsync("views", "--all", "--json").json()["parents"][0]
