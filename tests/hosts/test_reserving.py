"""A view of another host's session that a program reserves, for a terminal of its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import stays, until
from viewsync.tmux import views as tmux_views

if TYPE_CHECKING:
    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server


@pytest.mark.parametrize("words", [("far:proj",), ("--host", "far", "proj")])
def test_a_program_has_the_words_that_become_the_client(home: Home, proj: Server, words: tuple[str, ...]) -> None:
    proj.tmux("set-environment", "-t", "=proj:", "FOO", "secret")
    before = proj.pane_pids()
    done = home.viewsync("open", "--json", "--lease", "600", *words)
    assert done.code == 0, done
    found = done.json()
    view = found["view"]
    assert proj.sessions() == ["proj", view]
    assert [found[field] for field in ("parent", "socket", "action", "lease_seconds")] == [
        *("proj", "far:default", "created"),
        600.0,
    ]
    assert "secret" not in done.out
    assert proj.show(f"={view}:", "#{@viewsync_lease}").endswith(".600")
    assert home.rows() == {}  # it would be nobody's here
    tab = home.program(found["attach"])
    until(lambda: view in proj.clients().values(), "a client on it")
    assert proj.tmux("show-environment", "-t", f"={view}:", "FOO") == "FOO=secret"
    until(lambda: not proj.show(f"={view}:", "#{@viewsync_lease}"), "the end of the lease")
    tab.hang_up()
    until(lambda: proj.sessions() == ["proj"], "the end of its view")
    assert proj.pane_pids() == before


def test_where_nobody_comes_its_server_ends_it(home: Home, proj: Server) -> None:
    """And none that is reserved for longer, nor what they show."""
    before = proj.pane_pids()
    kept = home.viewsync("open", "--json", "--lease", "600", "far:proj").json()["view"]
    done = home.viewsync("open", "--json", "--lease", "1", "far:proj")
    assert (done.code, done.json()["action"], done.json()["view"] == kept) == (0, "created", False), done
    until(lambda: proj.sessions() == ["proj", kept], "the end of the other one")
    assert proj.pane_pids() == before


@pytest.mark.parametrize("by", ["a client", "a pin", "another lease"])
def test_what_keeps_it_then_keeps_it(home: Home, proj: Server, by: str) -> None:
    view = home.viewsync("open", "--json", "--lease", "600", "far:proj").json()["view"]
    tab = home.program(["tmux", "-S", proj.socket, "attach-session", "-t", f"={view}"]) if by == "a client" else None
    until(lambda: not tab or view in proj.clients().values(), "the client")
    mark = ("@viewsync_pin", "1") if by == "a pin" else ("@mine", "1")
    proj.tmux("set-option", "-t", f"={view}:", *mark)
    lease = "9999999999.600" if by == "another lease" else "5.0"
    proj.tmux("set-option", "-t", f"={view}:", "@viewsync_lease", lease)
    path = os.path.join(home.path, "over")
    with open(path, "w", encoding="utf-8") as file:
        file.write(tmux_views._over(view, "5.0", proj.tmux("display-message", "-p", "#{version}")))
    proj.tmux("source-file", path, ";", "run-shell", "-d", "0.5", "true")  # which ends behind it
    left = "" if lease == "5.0" else lease
    assert proj.show(f"={view}:", "#{@viewsync_lease}") == left
    assert stays(proj.sessions) == ["proj", view]
    if tab:
        tab.hang_up()
        until(lambda: proj.sessions() == ["proj"], "its end, once nobody is on it")


def test_create_makes_a_session_that_is_not_there(home: Home, proj: Server, far: FarHost) -> None:
    missing = home.viewsync("open", "--json", "far:new")
    assert (missing.code, missing.json()["error"]["kind"]) == (3, "missing-session"), missing
    done = home.viewsync("open", "--json", "--create", "--cwd", far.home.path, "far:new")
    assert done.code == 0, done
    assert proj.sessions() == ["proj", "new", done.json()["view"]]
    assert proj.show("=new:", "#{pane_current_path}") == far.home.path


def test_a_socket_of_this_host_is_no_other_hosts(home: Home, proj: Server, server: Server) -> None:
    here = home.viewsync("open", "--json", "-S", server.socket, "far:proj")
    assert (here.code, server.socket in here.json()["error"]["message"]) == (3, True), here
    there = home.viewsync("open", "--json", "-S", "/tmp/none/there", "far:proj")
    assert (there.code, "far:/tmp/none/there" in there.json()["error"]["message"]) == (3, True), there
    named = home.viewsync("open", "--json", "=far:proj")
    assert (named.code, "no session 'far:proj' on " in named.json()["error"]["message"]) == (3, True), named
    assert (proj.sessions(), server.sessions()) == (["proj"], ["proj"])


def test_what_cannot_be_reserved_says_why(home: Home, proj: Server, far: FarHost) -> None:
    assert "--lease takes at least one second" in home.viewsync("open", "--json", "--lease", "0", "far:proj").err
    assert home.viewsync("open", "--json", "--cwd", "x", "far:proj").code == 1
    assert proj.sessions() == ["proj"]
    far.stop()
    done = home.viewsync("open", "--json", "far:proj")
    assert (done.code, done.json()["error"]["kind"]) == (4, "unreachable"), done
