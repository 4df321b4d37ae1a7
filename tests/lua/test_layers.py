"""Layers 2 to 5: what starts a clean-up, and with which words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lua.conftest import NOTHING
from tests.lua.fake import Gui, config
from tests.lua.fake_mux import MuxTab
from tests.lua.helpers import callbacks, close, only, seen, triggers, ttys, view

if TYPE_CHECKING:
    from tests.lua.conftest import Viewsync
    from tests.lua.fake_mux import Tab, Window

pytestmark = pytest.mark.usefixtures("viewsync")

SHARED = ["cleanup", "--views", "--json", "--trigger"]

# Layers 2 and 3


def test_a_closed_tab_of_a_view_starts_a_clean_up(gui: Gui) -> None:
    gui.load(only("tab"))
    window = gui.open_window()
    tab = view(gui, window)
    close(gui, tab, window)
    gui.advance(3)
    assert triggers(gui) == ["wezterm-tab"]


def test_the_command_is_told_every_terminal_that_lives(gui: Gui) -> None:
    gui.load(only("tab"))
    window, other = gui.open_window(), gui.open_window()
    gui.mux.new_tab(other, ["sh"], {}, domain="unix")  # has no tty name here
    close(gui, view(gui, window), window)
    gui.advance(3)
    (argv,) = gui.ran
    assert argv[1:-1] == [*SHARED, "wezterm-tab", "--from-gui", "--only-gui", *live(window), *live(other)]
    assert len(ttys(argv)) == 2


def test_the_command_is_told_where_each_pane_stands(gui: Gui) -> None:
    gui.load(only("timer"))
    window = gui.open_window()
    gui.mux.new_tab(gui.open_window(), ["sh"], {}, domain="unix")
    body = "return viewsync.spawn_tab_with_session(nil, select(2, ...), 'proj', { into = 'right', size = 0.25 })"
    gui.run(body, None, gui.pane_object(window.tabs[0]))
    gui.run("(...):set_zoomed(true)", MuxTab(gui.mux, window.tabs[0].id))
    gui.advance(60)
    layout = json.loads(gui.ran[-1][-1].removeprefix("--layout="))
    assert [(pane.get("tty"), pane["window"], pane["tab"], pane["left"], pane["cols"]) for pane in layout] == [
        ("/dev/pts/100", 0, 0, 0, 59),
        ("/dev/pts/103", 0, 0, 60, 20),
        ("/dev/pts/101", 1, 1, 0, 80),
        (None, 1, 2, 0, 80),
    ]
    assert [pane["active"] for pane in layout] == [False, True, True, True]
    assert [pane["zoomed"] for pane in layout] == [False, True, False, False]
    assert [pane["front"] for pane in layout] == [True, True, False, True]
    assert {(pane["workspace"], pane["top"], pane["rows"]) for pane in layout} == {("default", 0, 24)}


def test_a_layout_that_cannot_be_told_costs_no_sweep(gui: Gui) -> None:
    """More of it than fits into one argument of a program."""
    gui.load(only("timer"))
    window = gui.open_window()
    window.workspace = "w" * 200_000
    gui.advance(60)
    assert gui.ran[-1][-2:] == ["--live-tty", "/dev/pts/100"]


def live(window: Window) -> list[str]:
    return [word for tab in window.tabs for pane in tab.panes if pane.tty for word in ("--live-tty", pane.tty)]


def test_a_closed_window_starts_one_clean_up(gui: Gui) -> None:
    gui.load(only("tab", "window"))
    window, other = gui.open_window(), gui.open_window()
    for _ in range(3):
        view(gui, window)
    gui.mux.close_window(window)
    gui.fire("window-focus-changed", other)
    gui.advance(3)
    assert triggers(gui) == ["wezterm-window"]


def test_a_closed_window_is_the_window_layers_alone(gui: Gui) -> None:
    gui.load(only("tab"))
    window, other = gui.open_window(), gui.open_window()
    view(gui, window)
    gui.mux.close_window(window)
    gui.fire("update-status", other)
    gui.advance(60)
    assert gui.ran == []


def test_a_closed_tab_is_the_tab_layers_alone(gui: Gui) -> None:
    gui.load(only("window"))
    window = gui.open_window()
    close(gui, view(gui, window), window)
    gui.advance(60)
    assert gui.ran == []


def test_a_tab_that_never_had_a_view_closes_without_a_child(gui: Gui) -> None:
    gui.load(only("tab", "window"))
    window = gui.open_window()
    tab = gui.mux.new_tab(window, ["sh"], {})
    seen(gui, window)
    close(gui, tab, window)
    gui.advance(60)
    assert gui.ran == []


def test_a_tab_that_we_opened_counts_before_it_says_anything(gui: Gui) -> None:
    gui.load(only("tab"))
    window = gui.open_window()
    gui.run("viewsync.spawn_tab_with_session(..., nil, 'proj')", gui.window_object(window))
    seen(gui, window)
    assert gui.ran == []
    close(gui, window.tabs[-1], window)
    gui.advance(3)
    assert triggers(gui) == ["wezterm-tab"]


def test_tmux_gets_a_moment_to_see_that_its_client_is_gone(gui: Gui) -> None:
    gui.load(only("tab"))
    window = gui.open_window()
    tab = view(gui, window)
    gui.advance(5)
    close(gui, tab, window)
    gui.advance(0.1)
    assert gui.ran == []
    gui.advance(0.2)
    assert triggers(gui) == ["wezterm-tab"]


def test_a_closing_just_after_a_look_is_still_seen_though_no_event_follows(gui: Gui) -> None:
    gui.load(only("tab"))
    window = gui.open_window()
    tab = view(gui, window)
    gui.advance(1)
    gui.fire("update-status", window)  # the modifier of the closing key
    close(gui, tab, window)  # within the same second
    assert gui.ran == []
    gui.advance(3)
    assert triggers(gui) == ["wezterm-tab"]


def test_a_storm_of_events_arms_nothing(gui: Gui) -> None:
    gui.load(only("tab"))
    window = gui.open_window()
    gui.advance(10)
    for _ in range(100):
        gui.fire("update-status", window)
        gui.fire("window-focus-changed", window)
    assert gui.timers == 0


def test_a_title_that_spins_leaves_nothing_in_memory(gui: Gui) -> None:
    """WezTerm keeps the callback of each call_after for as long as the configuration lives."""
    gui.load(config())
    window = gui.open_window()
    view(gui, window)
    gui.advance(6)
    before = callbacks(gui)
    for _ in range(500):
        gui.advance(0.1)
        gui.fire("update-status", window)
    assert callbacks(gui) == before


def renamed(gui: Gui, viewsync: Viewsync, tab: Tab, name: str) -> None:
    """The session that this tab shows has that name at the next clean-up."""
    viewsync.answers["cleanup"] = {**NOTHING, "tabs": [{"tty": tab.panes[0].tty, "parent": name}]}
    gui.advance(60)


def test_a_renamed_session_renames_its_tab(gui: Gui, viewsync: Viewsync) -> None:
    gui.load(only("timer"))
    window = gui.open_window()
    for opts in ("nil", "nil", "{ title = 'Mine' }"):
        gui.run(f"viewsync.spawn_tab_with_session(..., nil, 'proj', {opts})", gui.window_object(window))
    tab, other, own = window.tabs[1:]
    for name in ("web", "web", "shop"):
        renamed(gui, viewsync, tab, name)
        assert [shown.title for shown in (tab, other, own)] == [f"\uebc8 {name}", "\uebc8 proj", "\uebc8 Mine"]
    renamed(gui, viewsync, own, "web")
    assert own.title == "\uebc8 Mine"


def test_a_tab_that_the_module_did_not_open_knows_what_it_shows_now_too(gui: Gui, viewsync: Viewsync) -> None:
    """One of a default_prog, renamed, or sent to another session by tmux's own keys: tab_title asks the variable."""
    gui.load(only("timer"))
    tab = view(gui, gui.open_window())
    other = gui.mux.new_tab(gui.mux.windows[0], ["sh"], {}, domain="unix")
    for name in ("web", "web", "日本"):
        renamed(gui, viewsync, tab, name)
        assert tab.panes[0].user_vars["viewsync_parent"] == name
    assert (tab.title, other.panes[0].user_vars) == ("", {})


def test_a_title_that_somebody_gave_since_stays(gui: Gui, viewsync: Viewsync) -> None:
    gui.load(only("timer"))
    window = gui.open_window()
    gui.run("viewsync.spawn_tab_with_session(..., nil, 'proj')", gui.window_object(window))
    tab = window.tabs[1]
    tab.title = "by hand"
    renamed(gui, viewsync, tab, "web")
    assert tab.title == "by hand"


def test_a_tab_moved_to_another_window_is_not_gone(gui: Gui) -> None:
    gui.load(only("tab", "window"))
    window, other = gui.open_window(), gui.open_window()
    tab = view(gui, window)
    window.tabs.remove(tab)
    window.active = window.tabs[0]
    other.tabs.append(tab)
    gui.advance(5)
    gui.fire("update-status", other)
    gui.advance(60)
    assert gui.ran == []


def test_with_every_window_closed_the_timer_still_notices(gui: Gui) -> None:
    """quit_when_all_windows_are_closed = false: no window, no event, but timers run."""
    gui.load(only("window", "timer"))
    window = gui.open_window()
    view(gui, window)
    gui.mux.close_window(window)
    gui.advance(61)
    assert triggers(gui) == ["wezterm-timer"]
    assert gui.state()["panes"] == {}


@pytest.mark.parametrize("layer", ["timer", "user-var"])
def test_the_wider_layers_and_the_key_are_about_all_views(gui: Gui, layer: str) -> None:
    gui.load(only(layer))
    gui.set_user_var(gui.open_window().tabs[0], "TMUX_CLEANUP_TRIGGER", "")
    gui.advance(61)
    gui.press(gui.mux.windows[0], "c", "LEADER|CTRL")
    gui.advance(0)
    assert len(gui.ran) == 2
    assert not any("--only-gui" in argv for argv in gui.ran)


# Layer 4


def test_the_timer_strikes_every_minute_with_no_event_at_all(gui: Gui) -> None:
    gui.load(only("timer"))
    gui.advance(304)
    assert triggers(gui) == ["wezterm-timer"] * 5


def test_the_first_clean_up_comes_soon_after_the_start(gui: Gui) -> None:
    gui.load(only("timer"))
    gui.advance(6)
    assert triggers(gui) == ["wezterm-timer"]
    gui.load(only("timer"))
    gui.advance(50)
    assert len(gui.ran) == 1


def test_its_interval_can_be_set(gui: Gui) -> None:
    gui.load(config("{ interval = 300, layers = { 'timer' } }"))
    gui.advance(304)
    assert len(gui.ran) == 1
    gui.advance(2)
    assert triggers(gui) == ["wezterm-timer"] * 2


def test_an_error_in_the_timer_is_logged_and_it_strikes_again(gui: Gui) -> None:
    gui.load(only("timer"))
    wezterm = gui.lua.globals().package.loaded.wezterm
    all_windows, wezterm.mux.all_windows = wezterm.mux.all_windows, gui.lua.eval("function() error('lost') end")
    gui.advance(61)
    (error,) = gui.take_errors()
    assert error.startswith("viewsync: timer: ")
    wezterm.mux.all_windows = all_windows
    gui.advance(60)
    assert triggers(gui) == ["wezterm-timer"]


def test_half_a_list_of_terminals_ends_the_clean_up_and_not_the_next_one(gui: Gui) -> None:
    gui.load(only())
    window = gui.open_window()
    mux = gui.lua.globals().package.loaded.wezterm.mux
    all_windows, mux.all_windows = mux.all_windows, gui.lua.eval("function() error('half') end")
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(0)
    assert gui.ran == []
    assert "half" in gui.take_errors()[0]
    assert "half" in gui.toasts.pop()
    mux.all_windows = all_windows
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(0)
    assert gui.toasts == ["0 views ended"]


def test_no_layer_at_all_leaves_only_the_key(gui: Gui) -> None:
    gui.load(only())
    window = gui.open_window()
    close(gui, view(gui, window), window)
    gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", "")
    gui.advance(600)
    assert gui.ran == []


# Layer 5


@pytest.mark.parametrize("value", ["", "1", "detached:$3"])
def test_the_user_variable_starts_a_clean_up(gui: Gui, value: str) -> None:
    gui.load(only("user-var"))
    gui.set_user_var(gui.open_window().tabs[0], "TMUX_CLEANUP_TRIGGER", value)
    gui.advance(1)
    assert triggers(gui) == ["wezterm-user-var"]


def test_other_user_variables_do_not(gui: Gui) -> None:
    gui.load(only("user-var"))
    gui.set_user_var(gui.open_window().tabs[0], "TMUX_CLEANUP", "1")
    gui.advance(60)
    assert gui.ran == []
