"""What no layer ever ends: what somebody is on, what is not ours, and the last holder of windows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import NO_HOOKS, detached, every_layer, hook, reason, script, touch
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_an_attached_view_outlives_every_layer(server: Server) -> None:
    tab, view = server.open("proj")
    every_layer(server)
    assert server.clients() == {tab.pid: view}
    assert reason(server, view) == "keep: attached"


def test_a_view_whose_client_is_suspended_outlives_every_layer(server: Server) -> None:
    tab, view = server.open("proj")
    server.tmux("suspend-client", "-t", tab.tty)
    detached(server, view)
    every_layer(server)
    assert view in server.sessions()
    assert reason(server, view) == "keep: attached"
    assert not tab.ended()


def test_a_locked_view_outlives_every_layer(server: Server) -> None:
    tab, view = server.open("proj")
    server.tmux("set-option", "-g", "lock-command", "sleep 600")
    server.tmux("lock-session", "-t", f"={view}")
    detached(server, view)
    every_layer(server)
    assert view in server.sessions()
    assert not tab.ended()


@pytest.mark.parametrize("name", ["proj-view-1735324800-5432", "other-view-1735324800-1", "viewsync-detour-7"])
def test_a_session_that_merely_looks_like_ours_outlives_every_layer(server: Server, name: str) -> None:
    server.tmux("new-session", "-d", "-t", "=proj", "-s", name)
    before = server.pane_pids()
    tab, _ = server.open("proj")
    tab.hang_up()
    until(lambda: server.sessions() == ["proj", name], "the end of the real view")
    every_layer(server)
    assert server.sessions() == ["proj", name]
    assert server.pane_pids() == before


def test_a_pinned_view_outlives_every_layer_until_it_is_unpinned(server: Server) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    server.tmux("set-option", "-t", f"={view}:", "@viewsync_pin", "1")
    tab.hang_up()
    detached(server, view)
    every_layer(server)
    assert reason(server, view) == "keep: pinned"
    server.tmux("set-option", "-u", "-t", f"={view}:", "@viewsync_pin")
    hook(server)
    assert server.sessions() == ["proj"]


def test_a_client_that_comes_just_before_the_act_keeps_its_view(server: Server, home: Home) -> None:
    """The check is made once more in the server: here a tmux that attaches a client between reading and acting."""
    tab, view = server.open("proj", env=NO_HOOKS)
    tab.hang_up()
    detached(server, view)
    go, gone = os.path.join(home.path, "go"), os.path.join(home.path, "gone")
    slow = script(
        home,
        "slow-tmux",
        f'case " $* " in *" source-file - "*) touch {go}; while [ ! -e {gone} ]; do :; done ;; esac\nexec tmux "$@"',
    )
    sweeping = home.program([home.launcher, "sweep"], env={"VIEWSYNC_TMUX": slow, "VIEWSYNC_TMUX_TIMEOUT": "20"})
    until(lambda: os.path.exists(go), "the moment before the act")
    again, same = server.open("proj", env=NO_HOOKS)
    assert same == view
    touch(gone)
    sweeping.wait()
    assert "the session changed during cleanup" in sweeping.text()
    assert server.clients() == {again.pid: view}


# --- the last holder -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["hook", "sweep"])
def test_the_last_holder_gets_exactly_its_parents_name(server: Server, home: Home, layer: str) -> None:
    before = server.pane_pids()
    tab, view = server.open("proj", env=NO_HOOKS)
    server.tmux("kill-session", "-t", "=proj")
    tab.hang_up()
    detached(server, view)
    if layer == "hook":
        hook(server)
    else:
        home.viewsync("sweep", env=NO_HOOKS)
    assert server.sessions() == ["proj"]
    assert server.pane_pids() == before
    assert server.tmux("show-options", "-t", "=proj:") == "destroy-unattached off"
    assert not home.rows()


def test_after_a_promotion_no_prefix_leads_to_a_view(server: Server, home: Home) -> None:
    tab, view = server.open("proj")
    other, second = server.open("proj")
    server.tmux("kill-session", "-t", "=proj")
    for closing in (tab, other):
        closing.hang_up()
    until(lambda: server.sessions() == ["proj"], "the promotion")
    client = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "proj"])
    until(lambda: server.clients().get(client.pid) == "proj", "a client on the parent")
    assert {view, second}.isdisjoint(server.sessions())


def test_one_sweep_ends_all_but_the_last_holder_and_promotes_that(server: Server, home: Home) -> None:
    before = server.pane_pids()
    tabs = [server.open("proj", env=NO_HOOKS) for _ in range(4)]
    server.tmux("kill-session", "-t", "=proj")
    for tab, view in tabs:
        tab.hang_up()
        detached(server, view)
    done = home.viewsync("sweep", "--json", env=NO_HOOKS).json()
    assert (done["ended"], done["promoted"], done["failed"]) == (3, 1, 0)
    assert server.sessions() == ["proj"]
    assert server.pane_pids() == before
    assert not home.rows()


def test_a_last_holder_whose_parents_name_is_taken_stays_and_says_so(server: Server, home: Home) -> None:
    before = server.pane_pids()
    tab, view = server.open("proj", env=NO_HOOKS)
    server.tmux("kill-session", "-t", "=proj")
    server.tmux("new-session", "-d", "-s", "proj", "-n", "another")
    tab.hang_up()
    detached(server, view)
    every_layer(server)
    assert set(before) < set(server.pane_pids())
    assert reason(server, view) == "keep: last holder of its windows, and its parent's name is taken"
    server.tmux("kill-session", "-t", "=proj")
    home.viewsync("sweep", env=NO_HOOKS)
    assert server.sessions() == ["proj"]
    assert server.pane_pids() == before


def test_a_name_taken_just_before_the_promotion_leaves_the_view_as_it_is(server: Server, home: Home) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    server.tmux("kill-session", "-t", "=proj")
    tab.hang_up()
    detached(server, view)
    thief = script(
        home,
        "thief-tmux",
        f'case " $* " in *" source-file - "*) tmux -S {server.socket} new-session -d -s proj ;; esac\nexec tmux "$@"',
    )
    done = home.viewsync("sweep", "--json", env={"VIEWSYNC_TMUX": thief, **NO_HOOKS}).json()
    assert (done["promoted"], done["failed"]) == (0, 1)
    assert server.sessions() == [view, "proj"]
    assert view in home.rows()
    assert server.tmux("show-options", "-v", "-t", f"={view}:", "@viewsync_view") == "$1"


def test_after_an_interrupted_promotion_the_session_is_the_parent(server: Server, home: Home) -> None:
    """A blocking hook of the user's can part the new name from the marks; the session is the user's again."""
    tab, view = server.open("proj", env=NO_HOOKS)
    server.tmux("rename-session", "-t", "=proj", "away")
    tab.hang_up()
    detached(server, view)
    server.tmux("kill-session", "-t", "=away")
    server.tmux("rename-session", "-t", f"={view}", "proj")
    other, second = server.open("proj", "--new", env=NO_HOOKS)
    every_layer(server)
    assert server.sessions() == ["proj", second]
    other.hang_up()
    until(lambda: hook(server) and server.sessions() == ["proj"], "the end of the view")
