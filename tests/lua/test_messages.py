"""What viewsync says in WezTerm is seen, with or without a desktop that shows notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lua.fake import Gui, config

if TYPE_CHECKING:
    from tests.lua.fake_mux import Window

pytestmark = pytest.mark.usefixtures("viewsync")


def press(gui: Gui, window: Window) -> None:
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(0)


def test_without_a_notification_daemon_the_tab_bar_shows_what_the_key_did(gui: Gui) -> None:
    gui.has_notification_daemon = False
    gui.load(config())
    window, other = gui.open_window(), gui.open_window()
    press(gui, window)
    assert (window.right_status, other.right_status) == ("0 views ended ", "")


def test_a_failure_is_shown_there_too(gui: Gui) -> None:
    gui.has_notification_daemon = False
    gui.load(config("{ viewsync_path = '/no/viewsync', layers = {} }"))
    window = gui.open_window()
    press(gui, window)
    assert window.right_status.startswith("cannot run /no/viewsync: No such file")
    assert len(gui.take_errors()) == 1


def test_it_goes_after_some_seconds_though_nothing_happens(gui: Gui) -> None:
    gui.load(config())
    window = gui.open_window()
    press(gui, window)
    gui.advance(10)
    assert window.right_status == ""


def test_it_stays_for_its_time_though_others_draw_their_status(gui: Gui) -> None:
    theirs = "wezterm.on('update-status', function(window) window:set_right_status('12:00') end)"
    gui.load(config(before=theirs))
    window = gui.open_window()
    press(gui, window)
    gui.advance(2)
    gui.fire("update-status", window)
    assert window.right_status == "0 views ended "
    gui.advance(10)
    gui.fire("update-status", window)
    assert window.right_status == "12:00"


def test_a_reload_does_not_leave_it_there_for_ever(gui: Gui) -> None:
    """It drops the timer that wipes it."""
    gui.load(config())
    window = gui.open_window()
    press(gui, window)
    gui.load(config())
    gui.advance(10)
    gui.fire("update-status", window)
    assert window.right_status == ""


def test_a_status_of_ones_own_can_have_it_and_the_option_leaves_the_tab_bar_alone(gui: Gui) -> None:
    gui.load(config())
    window = gui.open_window()
    press(gui, window)
    assert gui.run("return viewsync.status_text()") == ("0 views ended",)
    gui.advance(10)
    assert gui.run("return viewsync.status_text()") == ("",)
    gui.load(config("{ status = false }"))
    press(gui, window)
    assert window.right_status == ""


# The configuration


def test_wrong_options_are_shown_in_the_first_window(gui: Gui) -> None:
    gui.load(config("{ interval = 'often', intervall = 3 }"))
    assert gui.toasts == []
    window = gui.open_window()
    assert len(gui.take_errors()) == 2
    (text,) = gui.toasts
    assert "option 'interval' must be " in text
    assert "unknown option 'intervall'" in text
    assert window.right_status == f"{text} "
    gui.open_window()
    assert len(gui.toasts) == 1


def test_a_reload_shows_what_is_wrong_since_then(gui: Gui) -> None:
    gui.load(config())
    gui.open_window()
    gui.load(config("{ toast_ms = -1 }"))
    assert gui.toasts == gui.toasts[:1] == [gui.take_errors()[0].removeprefix("viewsync: ")]


NO_LEADER = "cleanup_key needs config.leader, which is not set: its key does nothing"


def test_a_leader_that_is_not_set_is_said(gui: Gui) -> None:
    gui.load(config(after="config.leader = nil"))
    gui.open_window()
    assert gui.toasts == [NO_LEADER]
    assert ("warn", f"viewsync: {NO_LEADER}") in gui.logs


@pytest.mark.parametrize("options", ["nil", "{ keys = false }", "{ cleanup_key = { key = 'F9' }, picker_key = false }"])
def test_a_leader_that_comes_later_or_is_not_needed_is_not_missed(gui: Gui, options: str) -> None:
    later = "config.leader = { key = 'b', mods = 'CTRL' }"
    gui.load(config(options, before="config.leader = nil", after=later if options == "nil" else ""))
    gui.open_window()
    assert gui.toasts == []
