"""A registered pane that is moved into another session: its row follows it, and `kill` ends it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import create, listed, rows

if TYPE_CHECKING:
    from tests.support.server import Home, Server

# Into the session "proj", whose pane is {theirs}; {mine} is the only pane of "web".
MOVES = {
    "join-pane": "join-pane -d -s {mine} -t {theirs}",
    "move-pane": "move-pane -s {mine} -t {theirs}",
    "break-pane": "break-pane -d -s {mine} -t proj:7",
    "swap-pane": "swap-pane -d -s {mine} -t {theirs}",
    "move-window": "move-window -d -s web:0 -t proj:7",
}


def panes(server: Server) -> dict[str, str]:
    """The session of each pane."""
    lines = server.tmux("list-panes", "-a", "-F", "#{pane_id} #{session_name}").splitlines()
    return dict(line.split() for line in lines)


@pytest.mark.parametrize("move", MOVES)
def test_every_verb_finds_it_and_kill_ends_it_alone(server: Server, home: Home, move: str) -> None:
    mine = create(server, "web", "--", "cat")["pane_id"]
    theirs = server.show("proj:", "#{pane_id}")
    if move == "break-pane":  # out of a session with more than it
        server.tmux("split-window", "-d", "-t", mine)
    server.tmux(*MOVES[move].format(mine=mine, theirs=theirs).split())
    others = set(panes(server)) - {mine}
    assert panes(server)[mine] == "proj"
    web = listed(home)["web"]
    assert (web["status"], web["moved_to"], web["target"].partition(":")[0]) == ("alive", "proj", "proj")
    assert home.viewsync("health", "-s", "web").code == 0
    assert home.viewsync("send", "-s", "web", "-c", "hello", "-w", "hello").code == 0
    assert home.viewsync("capture", "-s", "web", "--json").json()["pane_id"] == mine
    assert home.viewsync("create", "-S", server.socket, "-n", "web").code == 2  # the name is in use
    done = home.viewsync("cleanup", "--all")
    assert "web: kept: its pane was moved into session 'proj'" in done.err
    assert mine in home.viewsync("kill", "web", "--dry-run").out
    done = home.viewsync("kill", "web")
    assert done.code == 0, done
    assert f"Killing the pane of web: {mine}, which was moved into session 'proj'" in done.out
    assert (set(panes(server)), rows(home)) == (others, {})


def test_a_session_ends_without_the_pane_of_another_that_was_moved_into_it(server: Server, home: Home) -> None:
    guest = create(server, "guest", "--", "cat")["pane_id"]
    create(server, "host", "--", "cat")
    server.tmux("join-pane", "-d", "-s", guest, "-t", "host:")
    assert "host: kept: the pane of 'guest' was moved into it" in home.viewsync("cleanup", "--all").err
    done = home.viewsync("kill", "host", "--json")
    assert (done.code, done.json()["killed"], list(rows(home))) == (0, True, ["guest"])
    assert done.json()["problems"] == [
        "session 'host' stays: the pane of 'guest' was moved into it, and is not ended with it"
    ]
    assert panes(server)[guest] == "host"
    assert listed(home)["guest"]["status"] == "alive"


def test_and_without_the_windows_that_somebodys_own_session_shows_as_well(server: Server, home: Home) -> None:
    guest = create(server, "guest", "--", "cat")["pane_id"]
    host = create(server, "host", "--", "cat")["pane_id"]
    own = server.tmux("new-window", "-d", "-P", "-F", "#{pane_id}", "-t", "=host:")
    server.tmux("join-pane", "-d", "-s", guest, "-t", "=host:0")
    server.tmux("link-window", "-d", "-s", "=host:0", "-t", "=proj:7")
    done = home.viewsync("kill", "host")
    assert (done.code, "live on in 'proj'" in done.out) == (0, True), done
    assert {guest, host} <= panes(server).keys()
    assert own not in panes(server)


def test_its_row_gets_another_name_a_place_and_no_quarantine_of_the_others(server: Server, home: Home) -> None:
    mine = create(server, "web", "--", "cat")["pane_id"]
    server.tmux("join-pane", "-d", "-s", mine, "-t", "proj:")
    found = {finding["kind"]: finding for finding in home.viewsync("reconcile", "--json").json()["findings"]}
    assert found["moved"]["text"] == "its pane was moved into session 'proj'"
    assert found["unregistered"]["name"] == "proj"
    assert home.viewsync("reconcile", "--repair").code == 0
    place = f"proj:{server.show(mine, '#{window_index}.#{pane_index}')}"
    assert rows(home)["web"]["target"] == place
    assert home.viewsync("rename", "-s", "web", "-n", "api").code == 0
    assert (server.sessions(), rows(home)["api"]["target"]) == (["proj"], place)
    assert "is not quarantined with it" in home.viewsync("quarantine", "-s", "api").err
    assert server.show("proj:", "#{@viewsync_quarantine}") == ""
    assert home.viewsync("kill", "api").code == 2
    assert home.viewsync("release", "-s", "api").code == 0
    done = home.viewsync("attach", "api", "--json")
    assert done.json()["session_id"] == server.show("proj:", "#{session_id}")
    assert home.viewsync("kill", "api", "--json").json()["moved_to"] == "proj"
    assert (mine in panes(server), rows(home)) == (False, {})


def test_what_was_grouped_with_its_session_keeps_the_pane(server: Server, home: Home) -> None:
    """It was moved nowhere: while its own session is there, `kill` leaves it as well."""
    for how in ("session", "view"):
        mine = create(server, "web", "--", "cat")["pane_id"]
        tab, view = server.open("web") if how == "view" else (None, "mine")
        if tab is None:
            server.tmux("new-session", "-d", "-t", "=web", "-s", view)
        server.tmux("kill-session", "-t", "=web")
        done = home.viewsync("kill", "web")
        assert (done.code, f"'{view}'" in done.err, list(rows(home))) == (2, True, ["web"])
        assert panes(server)[mine] == view
        if tab is None:
            server.tmux("kill-session", "-t", f"={view}")
            assert home.viewsync("kill", "web").code == 1
    assert home.viewsync("kill", "web", "--views").code == 0
    assert (mine in panes(server), rows(home)) == (False, {})
