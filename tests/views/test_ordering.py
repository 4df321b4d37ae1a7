"""Views sort as they came, where the end of the last window would end the server else (trap M); elsewhere they stay."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import NO_HOOKS
from tests.support.server import Server, alive
from tests.support.wait import until
from viewsync import events
from viewsync.context import Context
from viewsync.tmux.rules.versions import ends_groups_by_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Home

    Way = Callable[[Server, Home], None]

HOSTILE = ["日本語", "café olé", "{x}|~", "~", "😀" * 70, "y" * 90, "é#[fg=red],%H'\"", "z`ls`"]


def by_tmux(server: Server, home: Home) -> None:
    server.tmux("rename-session", "-t", "=proj", "zeta")
    assert home.viewsync("sweep").code == 0


def by_viewsync(server: Server, home: Home) -> None:
    assert home.viewsync("rename", "-S", server.socket, "-t", "proj", "-n", "zeta").code == 0


WAYS = pytest.mark.parametrize("way", [by_tmux, by_viewsync])


def matters(server: Server) -> bool:
    return ends_groups_by_name(server.tmux("display-message", "-p", "#{version}"))


def named(server: Server, view: str, parent: str = "zeta") -> str:
    return parent + view.removeprefix("proj") if matters(server) else view


def opened(server: Server, home: Home, parent: str = "proj") -> tuple[Tab, str]:
    tab, view = server.open(parent)
    home.viewsync("sweep")
    return tab, view


def is_zetas(server: Server, home: Home, view: str) -> None:
    """A marked view of ours, as any other."""
    marks = server.show(f"={view}:", "#{@viewsync_view} #{@viewsync_parent}")
    assert marks == server.show(f"={view}:", "#{session_id} zeta")
    assert home.rows()[view]["parent"] == "zeta"
    assert home.rows()[view]["session_id"] == server.show(f"={view}:", "#{session_id}")


@WAYS
def test_names_marks_and_rows_go_together_and_the_tabs_stay(server: Server, home: Home, way: Way) -> None:
    (tab, one), (_, two) = opened(server, home), opened(server, home)
    server.tmux("select-window", "-t", f"={one}:two")
    panes = server.pane_pids()
    way(server, home)
    one, two = named(server, one), named(server, two)
    assert server.sessions() == ["zeta", one, two]
    assert server.clients()[tab.pid] == one
    assert server.show(f"={one}:", "#{window_name}") == "two"
    home.viewsync("sweep")
    assert set(home.rows()) == {one, two}
    is_zetas(server, home, one)
    is_zetas(server, home, two)
    assert home.rows()[one]["pid"] == tab.pid
    assert server.pane_pids() == panes
    tab.hang_up()
    until(lambda: server.sessions() == ["zeta", two], "the end of its view by the hook")
    until(lambda: list(home.rows()) == [two] or home.viewsync("sweep").code, "its row")


def test_rename_tells_what_they_are_called(server: Server, home: Home) -> None:
    _, view = opened(server, home)
    done = home.viewsync("rename", "-S", server.socket, "-t", "proj", "-n", "zeta", "--json")
    assert done.json()["views"] == [named(server, view)] == server.sessions()[1:]


@WAYS
def test_the_history_tells_of_it_as_one_view(server: Server, home: Home, way: Way) -> None:
    tab, view = opened(server, home)
    way(server, home)
    home.viewsync("sweep")
    told = home.viewsync("stats", "views", "--json").json()["views"]
    assert (told["opened"], told["there_now"], told["attached_now"], told["ended"]) == (1, 1, 1, 0)
    tab.hang_up()
    until(lambda: server.sessions() == ["zeta"], "the end of its view")
    home.viewsync("sweep")
    history = Context(home.env).history
    assert {event.session for event in history.find("what = 'view'", [])} == {view}
    assert {event.event for event in history.find("what = 'view'", [])} >= {events.OPEN, events.END}
    assert home.viewsync("stats", "views", "--json").json()["views"]["there_now"] == 0


@WAYS
@pytest.mark.parametrize("name", ["mine", "mine-view-1700000000-123456789"])
def test_one_that_somebody_named_is_theirs(server: Server, home: Home, way: Way, name: str) -> None:
    tab, view = opened(server, home)
    server.tmux("rename-session", "-t", f"={view}", name)
    home.viewsync("sweep")
    way(server, home)
    home.viewsync("sweep")
    assert server.sessions() == ["zeta", name]
    assert server.clients()[tab.pid] == name
    assert home.rows()[name]["parent"] == "zeta"


@WAYS
def test_a_pinned_one_stays_pinned(server: Server, home: Home, way: Way) -> None:
    tab, view = opened(server, home)
    assert home.viewsync("pin", view).code == 0
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    way(server, home)
    home.viewsync("sweep")
    assert server.sessions() == ["zeta", named(server, view)]
    assert server.show(f"={named(server, view)}:", "#{@viewsync_pin}") == "1"


@WAYS
def test_who_reserved_one_finds_it_by_the_name_that_was_told(server: Server, home: Home, way: Way) -> None:
    told = home.viewsync("open", "--json", "--lease", "600", "-S", server.socket, "proj").json()
    home.viewsync("sweep")
    way(server, home)
    home.viewsync("sweep")
    assert server.sessions() == ["zeta", told["view"]]
    tab = home.program(told["attach"])
    until(lambda: tab.pid in server.clients(), "its client")
    home.viewsync("sweep")
    assert server.clients()[tab.pid] == named(server, told["view"])
    home.viewsync("sweep")
    is_zetas(server, home, named(server, told["view"]))


@pytest.mark.parametrize("done", [False, True])
def test_killed_around_its_step_the_next_passes_mend_it(server: Server, home: Home, done: bool) -> None:
    tab, view = server.open("proj", env=NO_HOOKS)
    home.viewsync("sweep")
    server.tmux("rename-session", "-t", "=proj", "zeta")
    path = os.path.join(home.path, "tmux-around")
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            '#!/bin/sh\nfor last; do :; done\n[ "$last" = - ] || exec tmux "$@"\nsaid=$(cat)\ncase $said in\n'
            f'*rename-session*) {"printf %s" if done else ": printf %s"} "$said" | tmux "$@"; kill -9 $PPID; exit;;\n'
            'esac\nprintf "%s\\n" "$said" | tmux "$@"\n'
        )
    os.chmod(path, 0o700)
    died = home.viewsync("sweep", env={"VIEWSYNC_TMUX": path}).code
    assert died == (-9 if matters(server) else 0)
    for _ in range(2):
        home.viewsync("sweep")
    assert server.sessions() == ["zeta", named(server, view)]
    assert list(home.rows()) == [named(server, view)]
    is_zetas(server, home, named(server, view))
    assert home.rows()[named(server, view)]["pid"] == tab.pid


@WAYS
def test_one_that_cannot_have_the_name_keeps_its_own(server: Server, home: Home, way: Way) -> None:
    _, view = opened(server, home)
    if not matters(server):
        return
    server.tmux("new-session", "-d", "-s", named(server, view))
    way(server, home)
    assert server.sessions() == ["zeta", view, named(server, view)]
    server.tmux("kill-session", "-t", f"={named(server, view)}")
    for _ in range(2):
        home.viewsync("sweep")
    assert server.sessions() == ["zeta", named(server, view)]
    is_zetas(server, home, named(server, view))


def test_a_sweep_that_only_looks_changes_nothing(server: Server, home: Home) -> None:
    _, view = server.open("proj", env=NO_HOOKS)
    home.viewsync("sweep")
    server.tmux("rename-session", "-t", "=proj", "zeta")
    assert home.viewsync("cleanup", "--views", "--dry-run").code == 0
    assert server.sessions() == ["zeta", view]


def outlives(server: Server, tab: Tab, parent: str, left: list[str]) -> None:
    """Its last program ends, while the view that somebody typed into last is what tmux looks at."""
    tab.type("x")
    until(lambda: "x" in server.run("capture-pane", "-p", "-t", f"={parent}:").out, "what was typed")
    os.kill(int(server.show(f"={parent}:", "#{pane_pid}")), signal.SIGHUP)
    until(lambda: not alive(server.pid) or server.sessions() == left, "the end of the session and its views")
    assert alive(server.pid)


@pytest.fixture
def poisoned(home: Home) -> Server:
    """What it has freed reads as nothing that was there."""
    home.env["MALLOC_PERTURB_"] = "165"
    server = Server(home)
    server.start("-s", "other")
    return server


@WAYS
def test_the_server_outlives_the_last_shell_of_a_renamed_session(poisoned: Server, home: Home, way: Way) -> None:
    try:
        poisoned.tmux("new-session", "-d", "-s", "proj")
        (tab, _), _ = opened(poisoned, home), opened(poisoned, home)
        way(poisoned, home)
        outlives(poisoned, tab, "zeta", ["other"])
    finally:
        poisoned.stop()


@pytest.mark.parametrize("name", HOSTILE)
def test_the_server_outlives_the_last_shell_of_any_session(poisoned: Server, home: Home, name: str) -> None:
    try:
        poisoned.tmux("new-session", "-d", "-s", name.replace("#", "##").replace("%", "%%"))
        parent = next(session for session in poisoned.sessions() if session != "other")
        (tab, one), (_, two) = opened(poisoned, home, parent), opened(poisoned, home, parent)
        assert (list(home.rows()), poisoned.sessions()) == ([one, two], ["other", parent, one, two])
        outlives(poisoned, tab, parent, ["other"])
    finally:
        poisoned.stop()


def test_a_views_end_is_told_whatever_its_parent_is_called(server: Server, home: Home) -> None:
    server.tmux("rename-session", "-t", "=proj", "日本語")
    tab, view = server.open("日本語")
    tab.hang_up()
    until(lambda: server.sessions() == ["日本語"], "the end of its view")
    until(lambda: not home.rows() or home.viewsync("sweep").code, "its row")
    history = Context(home.env).history  # which is written behind the rows
    told = until(lambda: history.find("what = 'view' AND event = 'end'", []), "the line that tells of it")
    assert [event.session for event in told] == [view]
