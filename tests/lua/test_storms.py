"""Never two clean-ups at once, and nobody else's handler suffers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lua.conftest import NOTHING
from tests.lua.fake import Gui, config
from tests.lua.helpers import callbacks, close, only, triggers, view

if TYPE_CHECKING:
    from tests.lua.conftest import Viewsync
    from tests.lua.fake_mux import Window

pytestmark = pytest.mark.usefixtures("viewsync")


def storm(gui: Gui, window: Window) -> None:
    for n in range(50):
        gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", str(n))
        gui.fire("update-status", window)


def test_a_storm_gives_one_child_and_one_that_waits(gui: Gui) -> None:
    gui.load(only("tab", "window", "user-var"))
    window = gui.open_window()
    gui.holding = True
    storm(gui, window)
    gui.advance(1)
    storm(gui, window)
    gui.advance(5)
    assert len(gui.children) == 1
    gui.holding = False
    gui.advance(30)
    assert len(gui.ran) == 2
    assert gui.most_children == 1


def test_a_storm_that_does_not_end_gives_a_child_every_two_seconds(gui: Gui) -> None:
    gui.load(only("user-var"))
    window = gui.open_window()
    for _ in range(100):
        gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", "")
        gui.advance(0.1)
    assert 4 <= len(gui.ran) <= 6
    assert callbacks(gui) < 20  # WezTerm keeps each for as long as the configuration lives


def test_the_key_does_not_wait_for_the_pause_between_two(gui: Gui) -> None:
    gui.load(only("user-var"))
    window = gui.open_window()
    gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", "")
    gui.advance(0.3)
    gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", "")
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(0)
    assert triggers(gui) == ["wezterm-user-var", "wezterm-key"]
    gui.advance(10)
    assert len(gui.ran) == 2


def test_the_key_waits_for_a_child_that_runs(gui: Gui) -> None:
    gui.load(only("timer"))
    window = gui.open_window()
    gui.holding = True
    gui.advance(6)
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(5)
    assert triggers(gui) == ["wezterm-timer"]
    gui.holding = False
    gui.advance(2)
    assert triggers(gui) == ["wezterm-timer", "wezterm-key"]
    assert (gui.most_children, gui.toasts) == (1, ["0 views ended"])


def test_of_what_waits_the_widest_runs(gui: Gui) -> None:
    gui.load(only("tab", "timer", "user-var"))
    window = gui.open_window()
    tab = view(gui, window)
    gui.holding = True
    gui.advance(6)
    gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", "")
    close(gui, tab, window)
    gui.holding = False
    gui.advance(10)
    assert triggers(gui) == ["wezterm-timer", "wezterm-user-var"]


def test_a_child_that_never_ends_blocks_for_half_a_minute_and_no_window(gui: Gui) -> None:
    gui.load(only("timer"))
    gui.open_window()
    gui.holding = True
    gui.advance(70)
    assert triggers(gui) == ["wezterm-timer"] * 2
    gui.children.clear()


def test_a_child_that_runs_holds_up_no_event_of_anybodys(gui: Gui) -> None:
    gui.load(config(after="calls = 0; wezterm.on('update-status', function() calls = calls + 1 end)"))
    window = gui.open_window()
    gui.holding = True
    gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", "")
    for _ in range(5):
        gui.advance(1)
        gui.fire("update-status", window)
    assert gui.children
    assert gui.lua.globals().calls == 5
    gui.holding = False
    gui.settle()


# Other people's handlers


@pytest.mark.parametrize("event", ["update-status", "user-var-changed", "window-focus-changed"])
def test_our_handlers_end_nobodys_chain(gui: Gui, event: str) -> None:
    """Even where everything that they call fails."""
    gui.load(config(after=f"heard = 0; wezterm.on('{event}', function() heard = heard + 1 end)"))
    window = gui.open_window()
    gui.advance(5)
    gui.lua.globals().package.loaded.wezterm.mux.all_windows = gui.lua.eval("function() error('x') end")
    gui.fire(event, window, "viewsync_parent", "proj")
    assert gui.lua.globals().heard == 1
    assert len(gui.take_errors()) == 1


def test_an_error_in_anothers_handler_before_ours_leaves_the_timer(gui: Gui) -> None:
    gui.load(config(before="wezterm.on('update-status', function() error('theirs') end)"))
    window = gui.open_window()
    tab = view(gui, window)
    close(gui, tab, window)
    gui.advance(61)
    assert triggers(gui) == ["wezterm-timer"]
    assert "theirs" in gui.take_errors()[0]


def test_others_hear_of_a_clean_up_that_did_something(gui: Gui, viewsync: Viewsync) -> None:
    gui.load(
        config(
            "{ layers = { 'user-var' } }",
            after="heard = {}; wezterm.on('viewsync.cleaned', function(result)\n"
            "heard[#heard + 1] = result.trigger .. result.ended end)",
        )
    )
    window = gui.open_window()
    for ended in (0, 2):
        viewsync.answers["cleanup"] = {**NOTHING, "ended": ended, "kept": 5}
        gui.fire("user-var-changed", window, "TMUX_CLEANUP_TRIGGER", "")
        gui.advance(5)
    assert list(gui.lua.globals().heard.values()) == ["wezterm-user-var2"]
    assert ("info", "viewsync: wezterm-user-var: 2 views ended, 5 kept") in gui.logs


def test_an_error_of_theirs_is_logged_and_the_toast_comes(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["cleanup"] = {**NOTHING, "ended": 1}
    gui.load(config(after="wezterm.on('viewsync.cleaned', function() error('theirs') end)"))
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    assert gui.toasts == ["1 view ended"]
    assert "theirs" in gui.take_errors()[0]


@pytest.mark.parametrize("junk", ["not json", "7", '{"panes": 3}', '{"started": "x", "ticked": "y"}'])
def test_junk_in_our_place_in_global_is_replaced(gui: Gui, junk: str) -> None:
    gui.shared.inner["viewsync"] = junk
    gui.load(only("tab"))
    window = gui.open_window()
    close(gui, view(gui, window), window)
    gui.advance(3)
    assert triggers(gui) == ["wezterm-tab"]
    assert isinstance(json.loads(gui.shared.inner["viewsync"])["panes"], dict)
