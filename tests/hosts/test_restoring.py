"""Tabs on other hosts that a WezTerm had when it crashed are opened again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.context import Context
from viewsync.events import Event
from viewsync.system import processes
from viewsync.views import far_tabs
from viewsync.views.opening import Opener

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server
    from tests.support.wezterm import FakeWezterm


def from_shell(home: Home, proj: Server, gui: dict[str, str], *words: str) -> tuple[Tab, str]:
    """A tab with a shell in it, from which a view was opened, and the view."""
    before = set(proj.clients())
    argv = ["sh", "-c", '"$@"; read -r line', "sh", home.launcher, "open", *words]
    tab = home.program(argv, env=gui)
    until(lambda: tab.ended() or set(proj.clients()) - before, "a client on the far server")
    assert not tab.ended(), tab.text()
    [new] = set(proj.clients()) - before
    return tab, proj.clients()[new]


def files(home: Home) -> list[str]:
    folder = os.path.join(home.state, "far-tabs")
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def crashed(home: Home, wezterm: FakeWezterm, gui: int, *tabs: Tab) -> int:
    """Its tabs go with it; the pid of the one that runs now."""
    pids = [int(os.path.basename(path).partition("-")[0]) for path in files(home)]
    wezterm.crash(gui)
    for tab in tabs:
        tab.end()
    until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), "the end of ssh")
    return wezterm.start()


def planned(home: Home) -> list[tuple[str, str | None]]:
    return [(tab["title"], tab["tab_title"]) for tab in home.viewsync("restore", "--plan", "--json").json()["tabs"]]


@pytest.mark.parametrize("swept", [False, True])
def test_the_tabs_of_a_crash_come_back(
    home: Home, proj: Server, server: Server, wezterm: FakeWezterm, *, swept: bool
) -> None:
    gui = wezterm.start()
    env = wezterm.env(gui)
    one, view = from_shell(home, proj, env, "--tab-title=★ Work", "far:proj")
    assert home.rows() == {}
    window = proj.show(f"={view}:", "#{window_id}")
    two, _ = from_shell(home, proj, env, "--host", "far", "proj")
    here, _ = server.open_from_shell("proj", env=env)
    until(lambda: [row.get("attached") for row in home.rows().values()] == [True], "the row")
    fresh = crashed(home, wezterm, gui, one, two, here)
    if swept:
        assert home.viewsync("sweep").code == 0
        assert files(home) == []
    plan = home.viewsync("restore", "--plan", "--json").json()
    told = [(tab["title"], tab["host"], tab["tab_title"]) for tab in plan["tabs"]]
    assert told == [("proj on far", "far", "★ Work"), ("proj on far", "far", None), ("proj", None, None)]
    assert plan["tabs"][0]["window"] == window
    done = home.viewsync("restore", "--json")
    assert done.code == 0, done
    spawned = wezterm.spawned()
    assert [spawn[0] for spawn in spawned] == [fresh] * 3
    assert wezterm.titles() == ["★ Work", "proj on far", "proj"]
    tab = home.program(spawned[0][1:])
    until(lambda: tab.ended() or proj.clients(), "a client on the far server")
    assert not tab.ended(), tab.text()
    assert home.viewsync("restore").out == "nothing to restore\n"


def test_one_that_was_closed_before_stays_closed(home: Home, proj: Server, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    one, _ = from_shell(home, proj, wezterm.env(gui), "--tab-title=stays", "far:proj")
    two, view = from_shell(home, proj, wezterm.env(gui), "--tab-title=closed", "far:proj")
    proj.tmux("detach-client", "-s", f"={view}")
    until(lambda: home.viewsync("sweep").code == 0 and len(files(home)) == 1, "that it was closed is noted")
    later = time.time() + 100  # as after a later sweep
    os.utime(files(home)[0], (later, later))
    crashed(home, wezterm, gui, one, two)
    assert planned(home) == [("proj on far", "stays")]


def test_a_session_that_is_gone_is_named_and_a_host_that_is_silent_is_not(
    home: Home, proj: Server, far: FarHost, wezterm: FakeWezterm
) -> None:
    proj.tmux("new-session", "-d", "-s", "other")
    gui = wezterm.start()
    tabs = [from_shell(home, proj, wezterm.env(gui), f"far:{name}")[0] for name in ("proj", "other")]
    crashed(home, wezterm, gui, *tabs)
    proj.tmux("kill-session", "-t", "=other")
    plan = home.viewsync("restore", "--plan", "--json").json()
    assert ([tab["parent"] for tab in plan["tabs"]], plan["missing"]) == (["proj"], ["other"])
    assert plan["tabs"][0]["window"]
    far.stop()
    plan = home.viewsync("restore", "--plan", "--json").json()
    assert ([tab["parent"] for tab in plan["tabs"]], plan["missing"]) == (["proj", "other"], [])
    assert [tab["window"] for tab in plan["tabs"]] == [None, None]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"pid": 1, "start": 0, "place": "", "event": {"at": "x"}}', '{"pid": "x"}']
)
def test_a_file_that_says_nothing_goes(home: Home, text: str) -> None:
    """As of one that was killed while it wrote; no verb fails for it."""
    os.makedirs(os.path.join(home.state, "far-tabs"), mode=0o700)
    with open(os.path.join(home.state, "far-tabs", "1-2"), "w", encoding="utf-8") as file:
        file.write(text)
    assert home.viewsync("restore").out == "nothing to restore\n"
    done = home.viewsync("sweep")
    assert (done.code, files(home)) == (0, []), done


def test_whoever_comes_by_while_a_tab_opens_leaves_its_file(home: Home) -> None:
    """As of five tabs at once, each of which looks what became of the others."""
    ctx, pid = Context(home.env), os.getpid()
    opener = Opener(pid, processes.start_time(pid))
    event = Event(1.0, "open", "open", "far:default", "", "v", gui=pid)
    far_tabs.opened(ctx, event, opener)
    passing = "from viewsync.context import Context; from viewsync.views import far_tabs\nctx = Context()\n"
    passing += "while True: far_tabs.note_closed(ctx, 'sweep')"
    others = [subprocess.Popen([sys.executable, "-c", passing], env=home.env) for _ in range(2)]
    try:
        for number in range(2, 151):
            far_tabs.opened(ctx, event._replace(at=float(number)), opener)
        assert len(files(home)) == 150
    finally:
        for other in others:
            other.kill()
            other.wait()


def test_where_no_wezterm_has_the_tab_nothing_is_noted(home: Home, proj: Server) -> None:
    from_shell(home, proj, {}, "far:proj")
    assert not os.path.exists(os.path.join(home.state, "far-tabs"))
