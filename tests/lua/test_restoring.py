"""Opening again what a crash took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.lua.fake import Answer, Gui, config

if TYPE_CHECKING:
    from tests.lua.conftest import Viewsync

SOCKET = "/tmp/tmux-0/default"

PLAN: dict[str, Any] = {
    "tabs": [
        {"parent": "proj", "socket": SOCKET, "window": "@5", "title": "proj", "tab_title": "★ Work"},
        {"parent": "other", "socket": SOCKET, "window": None, "title": None},
    ],
    "gui_pid": 123,
}


def test_restore_opens_each_view_on_its_window(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["restore"] = PLAN
    gui.load(config("{ restore_key = { key = 'r', mods = 'LEADER|CTRL' } }"))
    window = gui.open_window()
    gui.press(window, "r", "LEADER|CTRL")
    assert gui.ran[0][1:] == ["restore", "--hand-over", "--json"]
    assert [tab.panes[0].argv[2:] for tab in window.tabs[1:]] == [
        ["-S", SOCKET, "--tab-title=★ Work", "--window=@5", "--", "proj"],
        ["-S", SOCKET, "--", "other"],
    ]
    assert [tab.title for tab in window.tabs[1:]] == ["★ Work", "\uebc8 other"]
    assert gui.toasts == ["2 tabs restored"]


def test_a_tab_on_another_host_comes_back_there(gui: Gui, viewsync: Viewsync) -> None:
    far = {"parent": "api", "host": "web", "socket": "web:default", "window": "@5", "title": "api on web"}
    other = {**far, "host": "me@db", "socket": "me@db:/run/t m/x", "window": None, "tab_title": "★ Work"}
    viewsync.answers["restore"] = {"tabs": [far, other], "gui_pid": 1}
    gui.load(config())
    window = gui.open_window()
    assert gui.run("return viewsync.restore(...)", gui.window_object(window)) == (2,)
    assert [tab.panes[0].argv[2:] for tab in window.tabs[1:]] == [
        ["--host=web", "-L", "default", "--window=@5", "--", "api"],
        ["--host=me@db", "-S", "/run/t m/x", "--tab-title=★ Work", "--", "api"],
    ]
    assert [tab.title for tab in window.tabs[1:]] == ["\uebc8 api on web", "★ Work"]


def test_without_a_window_all_tabs_come_into_one_new_window(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["restore"] = PLAN
    gui.load(config(after="wezterm.on('gui-startup', function() viewsync.restore() end)"))
    gui.run("viewsync.restore()")
    assert [len(window.tabs) for window in gui.mux.windows.values()] == [2]


def test_windows_splits_and_what_was_in_front_come_back(gui: Gui, viewsync: Viewsync) -> None:
    def tab(name: str, **place: Any) -> dict[str, Any]:
        return {"parent": name, "socket": SOCKET, "window": None, "title": name, "tab_title": None, **place}

    tabs = [
        tab("a", into="tab"),
        tab("b", into="right", beside=0, percent=25),
        tab("c", into="tab"),
        tab("d", into="window", workspace="w"),
        tab("e", into="tab", beside=3),
        tab("f", into="down", beside=4, percent=50, zoomed=True),
    ]
    viewsync.answers["restore"] = {"tabs": tabs, "focus": [5, 0, 3], "missing": []}
    gui.load(config())
    window = gui.open_window()
    assert gui.run("return viewsync.restore(...)", gui.window_object(window)) == (6,)
    _, other = gui.mux.windows.values()
    assert [[pane.argv[-1] for pane in tab.panes] for tab in window.tabs] == [["sh"], ["a", "b"], ["c"]]
    assert [[pane.argv[-1] for pane in tab.panes] for tab in other.tabs] == [["d"], ["e", "f"]]
    assert (other.workspace, gui.mux.active_workspace) == ("w", "default")
    assert [pane.cols for pane in window.tabs[1].panes] == [59, 20]
    assert [pane.rows for pane in other.tabs[1].panes] == [11, 12]
    assert (window.active, window.tabs[1].active.argv[-1]) == (window.tabs[1], "a")
    assert (other.active, other.tabs[1].active.argv[-1]) == (other.tabs[0], "f")
    assert [tab.title for tab in window.tabs[1:]] == ["\uebc8 a", "\uebc8 c"]
    assert [tab.zoomed.argv[-1] for _, tab in gui.mux.tabs() if tab.zoomed] == ["f"]


def test_where_there_is_no_room_to_split_it_is_a_tab(gui: Gui, viewsync: Viewsync) -> None:
    """And where the one that it stood beside is gone."""
    split = {"parent": "b", "socket": SOCKET, "into": "right", "beside": 0, "percent": 50}
    first = {"parent": "a", "socket": SOCKET, "into": "tab"}
    viewsync.answers["restore"] = {"tabs": [first, split, {**split, "beside": 7}], "focus": [1, 9]}
    gui.load(config(before="wezterm.on('viewsync.view-opened', function(_, pane) opened(pane) end)"))

    def narrow(pane: Any) -> None:
        gui.mux.pane(pane.id).cols = 2

    gui.lua.globals().opened = narrow
    window = gui.open_window()
    assert gui.run("return viewsync.restore(...)", gui.window_object(window)) == (3,)
    assert [[pane.argv[-1] for pane in tab.panes] for tab in window.tabs] == [["sh"], ["a"], ["b"], ["b"]]


def test_a_tab_whose_neighbour_was_closed_meanwhile_comes_all_the_same(gui: Gui, viewsync: Viewsync) -> None:
    first = {"parent": "a", "socket": SOCKET, "into": "window", "workspace": "w"}
    then = [{"parent": name, "socket": SOCKET, "into": into, "beside": 0, "percent": 50} for name, into in PLACES]
    viewsync.answers["restore"] = {"tabs": [first, *then], "focus": [0]}
    gui.load(config(before="wezterm.on('viewsync.view-opened', function(_, pane) opened(pane) end)"))
    window = gui.open_window()

    def close(pane: Any) -> None:
        place = gui.mux.place(pane.id)
        if place and place[2].argv[-1] == "a":
            gui.mux.close_tab(place[1])

    gui.lua.globals().opened = close
    assert gui.run("return viewsync.restore(...)", gui.window_object(window)) == (3,)
    assert [tab.panes[0].argv[-1] for tab in window.tabs] == ["sh", "b", "c"]


PLACES = (("b", "tab"), ("c", "down"))


def test_a_tab_that_cannot_be_opened_is_logged_and_the_others_come(gui: Gui, viewsync: Viewsync) -> None:
    bad = {"parent": "bad", "socket": SOCKET, "window": "five", "title": None}
    viewsync.answers["restore"] = {"tabs": [bad, *PLAN["tabs"]]}
    gui.load(config())
    window = gui.open_window()
    assert gui.run("return viewsync.restore(...)", gui.window_object(window)) == (2,)
    assert "option 'window' must be" in gui.take_errors()[0]


def test_a_session_that_is_gone_is_told(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["restore"] = {"tabs": PLAN["tabs"][:1], "missing": ["old"], "gui_pid": 1}
    gui.load(config())
    window = gui.open_window()
    gui.run("viewsync.restore(...)", gui.window_object(window))
    assert gui.toasts == ["1 tab restored, 1 session gone"]


def test_no_plan_is_said(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["restore"] = Answer("", "viewsync: the history is locked\n", success=False)
    gui.load(config())
    opened, why = gui.run("return viewsync.restore()")
    assert (opened, why) == (None, "viewsync: the history is locked")
    assert gui.take_errors() == ["viewsync: viewsync: the history is locked"]
