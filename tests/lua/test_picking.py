"""The session picker, and opening again what a crash took."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.lua.fake import Answer, Gui, config

if TYPE_CHECKING:
    from tests.lua.conftest import Viewsync
    from tests.lua.fake_mux import Window

SOCKET = "/tmp/tmux-0/default"


def parent(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "socket": SOCKET, "windows": 2, "attached": 1, "exists": True, "views": [], **fields}


@pytest.fixture
def window(gui: Gui, viewsync: Viewsync) -> Window:
    viewsync.answers["views"] = {"parents": [parent("proj"), parent("other", windows=1, attached=0)]}
    gui.load(config())
    return gui.open_window()


def pick(gui: Gui, window: Window) -> list[dict[str, Any]]:
    gui.press(window, "s", "LEADER|CTRL")
    choices: list[dict[str, Any]] = gui.selectors[-1]["choices"]
    return choices


def test_the_picker_lists_the_sessions(gui: Gui, window: Window) -> None:
    rows = pick(gui, window)
    assert gui.ran[0][1:] == ["views", "--all", "--json"]
    assert [row["label"] for row in rows] == ["proj  2 windows  1 client", "other  1 window  0 clients"]
    assert gui.selectors[0]["fuzzy"]


def test_who_is_on_a_view_counts_as_on_its_session(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = {"parents": [parent("proj", attached=0, views=[{"attached": 1}, {"attached": 1}])]}
    assert pick(gui, window)[0]["label"] == "proj  2 windows  2 clients"


def test_the_chosen_session_opens_on_its_server(gui: Gui, window: Window) -> None:
    rows = pick(gui, window)
    gui.choose(window, rows[1])
    assert window.tabs[-1].panes[0].argv[1:] == ["open", "-S", SOCKET, "--", "other"]


def test_leaving_the_picker_opens_nothing(gui: Gui, window: Window) -> None:
    pick(gui, window)
    gui.choose(window, None)
    assert len(window.tabs) == 1


def test_a_session_on_another_server_says_so(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = {"parents": [parent("proj", socket="/tmp/tmux-0/work")]}
    assert pick(gui, window)[0]["label"] == "proj  2 windows  1 client  on work"


def test_a_parent_that_is_gone_is_not_offered(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = {"parents": [parent("gone", exists=False), parent("proj")]}
    assert [row["label"].split()[0] for row in pick(gui, window)] == ["proj"]


@pytest.mark.parametrize("name", ["a'b", "$(x)", "-rf", "日本", "a\nb", '{"name": "x"}', "a|b:c"])
def test_any_name_survives_the_way_through_the_picker(gui: Gui, viewsync: Viewsync, window: Window, name: str) -> None:
    viewsync.answers["views"] = {"parents": [parent(name)]}
    (row,) = pick(gui, window)
    assert "\n" not in row["label"]
    gui.choose(window, row)
    assert window.tabs[-1].panes[0].argv[-1] == name


def test_no_session_at_all_is_said(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = {"parents": []}
    gui.press(window, "s", "LEADER|CTRL")
    assert gui.selectors == []
    assert gui.toasts == ["there are no tmux sessions to open"]
    assert gui.take_errors() == ["viewsync: there are no tmux sessions to open"]


def test_a_tmux_that_cannot_be_run_is_not_called_a_lack_of_sessions(
    gui: Gui, viewsync: Viewsync, window: Window
) -> None:
    viewsync.answers["views"] = {"parents": [], "errors": ["cannot run /no/tmux"]}
    gui.press(window, "s", "LEADER|CTRL")
    assert gui.toasts == ["cannot run /no/tmux"]
    assert gui.take_errors() == ["viewsync: cannot run /no/tmux"]


def test_a_list_that_cannot_be_had_is_said(gui: Gui, viewsync: Viewsync, window: Window) -> None:
    viewsync.answers["views"] = Answer('{"error": {"message": "no server"}}', "", success=False)
    gui.press(window, "s", "LEADER|CTRL")
    assert gui.toasts == ["no server"]
    assert gui.take_errors() == ["viewsync: no server"]


def test_the_window_may_close_while_the_list_is_made(gui: Gui, window: Window) -> None:
    gui.holding = True
    gui.press(window, "s", "LEADER|CTRL")
    gui.mux.close_window(window)
    gui.holding = False
    gui.settle()
    (error,) = gui.take_errors()
    assert error.startswith("viewsync: pick: ")


def test_a_picker_of_ones_own_passes_its_options_on(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["views"] = {"parents": [parent("proj")]}
    key = "{ key = 'F5', mods = 'ALT', action = viewsync.pick_session({ new = true, socket_name = 'x' }) }"
    gui.load(config(after=f"table.insert(config.keys, {key})"))
    window = gui.open_window()
    gui.press(window, "F5", "ALT")
    gui.choose(window, gui.selectors[-1]["choices"][0])
    assert window.tabs[-1].panes[0].argv[1:] == ["open", "--new", "-S", SOCKET, "--", "proj"]


def test_a_selector_leaves_no_callback_behind_each_time(gui: Gui, window: Window) -> None:
    assert gui.current
    before = len(list(gui.current.surface["events"].keys()))
    for _ in range(5):
        pick(gui, window)
    assert len(list(gui.current.surface["events"].keys())) == before


def test_choose_works_without_a_selector(gui: Gui, window: Window) -> None:
    row = json.dumps({"name": "proj", "socket": SOCKET})
    tab, _ = gui.run("return viewsync.choose(..., nil, select(2, ...))", gui.window_object(window), row)
    assert tab is not None


@pytest.mark.parametrize("row", ["", "proj", "7", "[]"])
def test_choose_refuses_what_is_no_row(gui: Gui, window: Window, row: str) -> None:
    tab, _ = gui.run("return viewsync.choose(nil, nil, ...)", row)
    assert tab is None
    assert len(window.tabs) == 1
    assert len(gui.take_errors()) == 1


# After a crash

PLAN: dict[str, Any] = {
    "tabs": [
        {"parent": "proj", "socket": SOCKET, "window": "@5", "title": "Work"},
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
        ["-S", SOCKET, "--title=Work", "--window=@5", "--", "proj"],
        ["-S", SOCKET, "--", "other"],
    ]
    assert gui.toasts == ["2 tabs restored"]


def test_without_a_window_all_tabs_come_into_one_new_window(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["restore"] = PLAN
    gui.load(config(after="wezterm.on('gui-startup', function() viewsync.restore() end)"))
    gui.run("viewsync.restore()")
    assert [len(window.tabs) for window in gui.mux.windows.values()] == [2]


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
