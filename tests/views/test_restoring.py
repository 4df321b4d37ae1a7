"""What a crashed WezTerm had is opened again, each view on its window."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.wait import until
from viewsync.context import Context
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from tests.support.server import Home, Server
    from tests.support.wezterm import FakeWezterm


def one_tab_is_lost(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    """A WezTerm with one tab crashes, and its view is cleaned up."""
    gui = wezterm.start()
    tab, _ = server.open_from_shell("proj", env=wezterm.env(gui))
    until(lambda: any(row.get("attached") for row in home.rows().values()), "the row")
    wezterm.crash(gui)
    tab.end()
    until(lambda: server.sessions() == ["proj"], "the end of the view")
    recorded(home, 1)


def recorded(home: Home, views: int) -> None:
    """That many views ended, and the history says so: it is written last."""
    history = Context(home.env).history

    def ended() -> bool:
        return len({event.session for event in history.find("event IN ('end', 'gone')", ())}) == views

    until(ended, "the lines in the history")


def test_the_tabs_of_a_crash_come_back(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    tabs = []
    for window, title in (("0", ""), ("1", "★ Work"), ("0", "")):
        tab, view = server.open_from_shell(f"--tab-title={title}", "proj", env=wezterm.env(gui))
        until(lambda view=view: home.rows().get(view, {}).get("attached"), "the row")  # type: ignore[misc]  # bound now
        assert home.rows()[view]["gui"] == gui
        server.tmux("select-window", "-t", f"={view}:{window}")
        tabs.append(tab)
    rows = server.tmux("list-windows", "-t", "=proj:", "-F", "#{window_index} #{window_id}").splitlines()
    windows = dict(row.split() for row in rows)
    wezterm.crash(gui)
    for tab in tabs:
        tab.close()
        tab.end()
    until(lambda: server.sessions() == ["proj"], "the end of all views")
    until(lambda: not home.rows(), "the end of all rows")
    recorded(home, 3)
    plan = home.viewsync("restore", "--plan", "--json").json()
    assert [(tab["parent"], tab["window"]) for tab in plan["tabs"]] == [("proj", windows[index]) for index in "010"]
    assert [tab["tab_title"] for tab in plan["tabs"]] == [None, "★ Work", None]
    fresh = wezterm.start()
    done = home.viewsync("restore", "--json")
    assert done.code == 0, done
    spawned = wezterm.spawned()
    assert [spawn[0] for spawn in spawned] == [fresh] * 3
    assert wezterm.titles() == ["proj", "★ Work", "proj"]
    assert "--tab-title=★ Work" in spawned[1]
    tab = home.program(spawned[1][1:])
    again = until(lambda: server.clients().get(tab.pid), "the client")
    assert server.show(f"={again}:", "#{window_index}") == "1"
    assert home.viewsync("restore").out == "nothing to restore\n"


def place(window: int, tab: int, left: int = 0, cols: int = 80) -> dict[str, Any]:
    size = {"rows": 24, "cols": cols}
    return {"window_id": window, "tab_id": tab, "left_col": left, "top_row": 0, "size": size, "workspace": "w"}


@pytest.fixture
def arranged(server: Server, home: Home, wezterm: FakeWezterm) -> int:
    """A WezTerm with a tab that is split, and one in a second window, crashed; the pid of the one that runs now."""
    for name in ("left", "right", "below"):
        server.tmux("new-session", "-d", "-s", name)
    gui = wezterm.start()
    tabs = [server.open_from_shell(name, env=wezterm.env(gui))[0] for name in ("below", "right", "left")]
    until(lambda: [row.get("attached") for row in home.rows().values()] == [True] * 3, "the rows")
    places = [place(7, 9), place(3, 4, 40, 40), place(3, 4, 0, 39) | {"is_active": True, "is_zoomed": True}]
    wezterm.show(gui, [tab.tty for tab in tabs], places)
    assert home.viewsync("sweep").code == 0
    wezterm.crash(gui)
    for tab in tabs:
        tab.end()
    until(lambda: server.views() == [], "the end of the views")
    recorded(home, 3)
    fresh = wezterm.start()
    assert home.viewsync("sweep").code == 0  # the one that is gone is forgotten, but for this
    return fresh


@pytest.mark.usefixtures("arranged")
def test_windows_and_splits_come_back(home: Home, wezterm: FakeWezterm) -> None:
    plan = home.viewsync("restore", "--plan", "--json").json()
    assert [(tab["parent"], tab["into"], tab["beside"], tab["percent"]) for tab in plan["tabs"]] == [
        ("left", "tab", None, None),
        ("right", "right", 0, 50),
        ("below", "window", None, None),
    ]
    # Inside tmux, and in a WezTerm that is gone, these are of another one (wezterm #4439).
    lies = {"WEZTERM_PANE": "7", "WEZTERM_UNIX_SOCKET": "/gone/gui-sock-1"}
    done = home.viewsync("restore", "--json", env=lies)
    assert (done.code, done.json()["panes"]) == (0, [100, 101, 102])
    assert [argv[-1] for argv in wezterm.spawned()] == ["left", "right", "below"]
    assert wezterm.asked() == [
        ["spawn"],
        ["split-pane", "--pane-id", "100", "--right", "--percent", "50"],
        ["spawn", "--new-window", "--workspace", "w"],
        ["activate-pane", "--pane-id", "100"],
        ["zoom-pane", "--pane-id", "100"],
    ]


def test_where_there_is_no_room_to_split_it_is_a_tab(arranged: int, home: Home, wezterm: FakeWezterm) -> None:
    """And of two that run, all open in the one where one is."""
    wezterm.no_room()
    other = wezterm.start()
    done = home.viewsync("restore", "--json", env={"WEZTERM_UNIX_SOCKET": wezterm.socket(other)})
    assert len(done.json()["panes"]) == 3
    assert wezterm.asked()[:2] == [["spawn"], ["spawn", "--pane-id", "100"]]
    assert {spawn[0] for spawn in wezterm.spawned()} == {other} != {arranged}


@pytest.mark.usefixtures("arranged")
def test_a_tab_that_cannot_be_opened_is_told_of_and_the_others_come(home: Home, wezterm: FakeWezterm) -> None:
    """Where none can be, all of them can be restored another time."""
    assert home.viewsync("restore", env={"FAKE_REFUSED": "left right below"}).code == 1
    assert wezterm.spawned() == []
    done = home.viewsync("restore", env={"FAKE_REFUSED": "left"})
    assert done.code == 1
    assert "cannot open a tab on left: " in done.err
    assert "left" not in done.out
    assert [argv[-1] for argv in wezterm.spawned()] == ["right", "below"]
    assert home.viewsync("restore", "--plan", "--json").json()["tabs"] == []


def test_the_layouts_of_those_that_went_before_do_not_pile_up(home: Home, wezterm: FakeWezterm) -> None:
    pids = []
    for _ in range(5):
        pids.append(wezterm.start())
        wezterm.show(pids[-1], ["/dev/pts/1"], [place(0, 0)])
        home.viewsync("sweep")
        wezterm.crash(pids[-1])
    fresh = wezterm.start()
    home.viewsync("sweep")
    guis = home.registry()["guis"]
    assert set(guis) == {*map(str, pids[-3:]), str(fresh)}
    assert set(guis[str(pids[-1])]) == {"start", "layout", "placed"}


# A terminal emulator with two tabs, which are gone when it is.
GUI = """
import os, pty, sys, threading
for _ in range(2):
    child, tab = pty.fork()
    if not child:
        os.execvp(sys.argv[1], sys.argv[1:])
    threading.Thread(target=lambda tab=tab: list(iter(lambda: os.read(tab, 9999), b"")), daemon=True).start()
input()
"""


def test_what_servers_ended_by_themselves_comes_back_before_anybody_wrote_it_down(server: Server, home: Home) -> None:
    """Tabs of WezTerm's own, whose views need no viewsync for their end; and nothing looks before restore does."""
    argv = [sys.executable, "-c", GUI, home.launcher, "open", "-S", server.socket, "proj"]
    with subprocess.Popen(argv, env={**home.env, "WEZTERM_PANE": "0"}, stdin=subprocess.PIPE) as gui:
        until(lambda: [row.get("attached") for row in home.rows().values()] == [True, True], "the rows")
        until(lambda: not server.tmux("show-options", "-sqv", hooks.RUNNING), "the end of what the hooks started")
        assert {row["gui"] for row in home.rows().values()} == {gui.pid}
        for view, window in zip(server.views(), ("one", "two"), strict=True):
            server.tmux("select-window", "-t", f"={view}:{window}")
        gui.kill()
    until(lambda: server.sessions() == ["proj"], "the end of all views")
    assert len(home.rows()) == 2
    for _ in range(2):
        plan = home.viewsync("restore", "--plan", "--json").json()
        names = [server.show(f"{tab['window']}", "#{window_name}") for tab in plan["tabs"]]
        assert (plan["gui_pid"], sorted(names)) == (gui.pid, ["one", "two"])
        home.viewsync("sweep")


def test_a_tab_that_was_switched_comes_back_on_the_session_that_it_was_on_last(
    server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    gui = wezterm.start()
    tab, _ = server.open_from_shell("--tab-title=★ Work", "proj", env=wezterm.env(gui))
    until(lambda: any(row.get("attached") for row in home.rows().values()), "the row")
    assert home.viewsync("attach", "-S", server.socket, "--client", tab.tty, "other").code == 0
    home.viewsync("sweep")
    wezterm.crash(gui)
    tab.end()
    until(lambda: server.views() == [], "the end of the views")
    recorded(home, 2)
    plan = home.viewsync("restore", "--plan", "--json").json()
    assert [(tab["parent"], tab["tab_title"]) for tab in plan["tabs"]] == [("other", "★ Work")]


def test_handing_over_is_noted_and_planning_is_not(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    one_tab_is_lost(server, home, wezterm)
    assert len(home.viewsync("restore", "--plan", "--json").json()["tabs"]) == 1
    assert len(home.viewsync("restore", "--hand-over", "--json").json()["tabs"]) == 1
    assert home.viewsync("restore", "--plan", "--json").json()["tabs"] == []


def test_a_session_that_is_gone_is_named(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    gui = wezterm.start()
    tab, view = server.open_from_shell("other", env=wezterm.env(gui))
    until(lambda: home.rows().get(view, {}).get("attached"), "the row")
    server.tmux("kill-session", "-t", f"={view}")
    server.tmux("kill-session", "-t", "=other")
    until(lambda: not server.on_terminal(tab), "the end of the client")
    wezterm.crash(gui)
    home.viewsync("sweep")
    assert home.viewsync("restore").out == "other: its session is gone\n"


def test_a_wezterm_whose_number_another_process_has_by_now_is_gone(
    server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    """As after a reboot, when every number is given out again."""
    one_tab_is_lost(server, home, wezterm)
    with sqlite3.connect(os.path.join(home.state, "history.db")) as database:
        database.execute("UPDATE events SET gui = ? WHERE gui != 0", (os.getpid(),))
    database.close()
    assert len(home.viewsync("restore", "--plan", "--json").json()["tabs"]) == 1


def test_a_socket_that_was_left_behind_is_not_opened_in_though_its_number_lives(
    server: Server, home: Home, wezterm: FakeWezterm
) -> None:
    one_tab_is_lost(server, home, wezterm)
    with open(wezterm.socket(1), "w", encoding="utf-8"):  # the first by name
        pass
    fresh = wezterm.start()
    done = home.viewsync("restore", "--json")
    assert done.code == 0, done
    assert [spawn[0] for spawn in wezterm.spawned()] == [fresh]


def test_without_a_wezterm_it_says_so(server: Server, home: Home, wezterm: FakeWezterm) -> None:
    one_tab_is_lost(server, home, wezterm)
    done = home.viewsync("restore")
    assert (done.code, "start WezTerm" in done.err) == (1, True)
    assert len(home.viewsync("restore", "--plan", "--json").json()["tabs"]) == 1
    assert os.path.exists(os.path.join(home.state, "history.db"))


def test_nothing_happened_nothing_to_restore(home: Home) -> None:
    assert home.viewsync("restore").out == "nothing to restore\n"
