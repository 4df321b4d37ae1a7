"""Reloads: handlers once, one chain of timers, and nothing forgotten."""

from __future__ import annotations

import pytest

from tests.lua.fake import Gui, config
from tests.lua.helpers import close, only, triggers, view

pytestmark = pytest.mark.usefixtures("viewsync")


def handlers(gui: Gui, event: str) -> int:
    assert gui.current
    return len(list(gui.current.surface["events"][event].values()))


def test_after_many_reloads_each_handler_stands_once(gui: Gui) -> None:
    for _ in range(5):
        gui.load(config())
    assert handlers(gui, "update-status") == handlers(gui, "user-var-changed") == 1


def test_after_many_reloads_the_timer_strikes_once_a_minute(gui: Gui) -> None:
    for _ in range(5):
        gui.load(config())
    gui.advance(181)
    assert triggers(gui) == ["wezterm-timer"] * 3


def test_a_configuration_saved_all_the_time_does_not_put_off_the_timer(gui: Gui) -> None:
    for _ in range(12):
        gui.load(config())
        gui.advance(20)
    assert len(gui.ran) == 4


def test_one_saved_every_two_seconds_does_not_either(gui: Gui) -> None:
    """Each reload drops what was armed, and tells each of the windows."""
    gui.load(config())
    for _ in range(4):
        gui.open_window()
    for _ in range(120):
        gui.load(config())
        gui.advance(1.9)
    assert triggers(gui).count("wezterm-timer") >= 3


def test_nor_does_one_saved_twice_a_second(gui: Gui) -> None:
    gui.open_window()
    for _ in range(300):
        gui.load(config())
        gui.advance(0.5)
    assert triggers(gui).count("wezterm-timer") >= 2


def test_a_closed_tab_is_not_forgotten_by_a_reload_before_its_clean_up(gui: Gui) -> None:
    gui.load(only("tab"))
    window = gui.open_window()
    tab = view(gui, window)
    gui.advance(5)
    close(gui, tab, window)
    gui.advance(0.1)
    gui.load(only("tab"))
    gui.advance(5)
    assert triggers(gui) == ["wezterm-tab"]


def test_handlers_are_registered_again_though_global_remembers(gui: Gui) -> None:
    """The configuration that this replaces kept its guard in GLOBAL: two layers died at the first reload."""
    gui.load(config())
    gui.load(config())
    gui.set_user_var(gui.open_window().tabs[0], "TMUX_CLEANUP_TRIGGER", "")
    gui.advance(1)
    assert triggers(gui) == ["wezterm-user-var"]


def test_a_tab_that_closes_during_a_reload_is_noticed_after(gui: Gui) -> None:
    gui.load(config())
    window = gui.open_window()
    tab = view(gui, window)
    gui.mux.close_tab(tab)
    gui.load(config())
    gui.advance(1)
    assert triggers(gui) == ["wezterm-tab"]


def test_a_clean_up_from_before_the_reload_is_waited_for(gui: Gui) -> None:
    gui.load(config())
    window = gui.open_window()
    gui.holding = True
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(0)
    gui.load(config())
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(5)
    assert len(gui.ran) == 1
    gui.holding = False
    gui.advance(2)
    assert len(gui.ran) == 2
    assert gui.most_children == 1


def test_a_reload_between_request_and_child_leaves_the_key_working(gui: Gui) -> None:
    gui.load(config())
    window = gui.open_window()
    gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", "")
    gui.load(config())
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(0)
    assert triggers(gui) == ["wezterm-key"]


def test_two_windows_make_one_timer(gui: Gui) -> None:
    gui.load(config())
    windows = [gui.open_window(), gui.open_window()]
    for _ in range(61):
        gui.advance(1)
        for window in windows:
            gui.fire("update-status", window)
    assert triggers(gui) == ["wezterm-timer"]


def test_apply_to_config_counts_once_in_one_evaluation(gui: Gui) -> None:
    gui.load(config(after="viewsync.apply_to_config(config, { interval = 5 })"))
    assert gui.take_errors() == ["viewsync: call apply_to_config once; the second call was ignored"]
    assert handlers(gui, "update-status") == gui.timers == 1
    assert gui.current
    assert len(gui.current.config["keys"]) == 2


def test_a_clock_that_was_set_back_stops_nothing(gui: Gui) -> None:
    gui.load(config())
    window = gui.open_window()
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(0)
    gui.clock -= 86400
    gui.load(config())
    gui.advance(61)
    assert triggers(gui) == ["wezterm-key", "wezterm-timer", "wezterm-timer"]
