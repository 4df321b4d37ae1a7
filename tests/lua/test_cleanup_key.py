"""The clean-up by hand: its toast, and what the command may answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.lua.conftest import NOTHING
from tests.lua.fake import Answer, Gui, config
from tests.lua.helpers import only, triggers

if TYPE_CHECKING:
    from tests.lua.conftest import Viewsync

pytestmark = pytest.mark.usefixtures("viewsync")


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({}, "0 views ended"),
        ({"ended": 1}, "1 view ended"),
        ({"ended": 2, "promoted": 1, "kept": 4}, "2 views ended, 1 promoted, 4 kept"),
        ({"failed": 1}, "0 views ended, 1 changed in the meantime"),
    ],
)
def test_the_key_cleans_up_and_shows_the_count(gui: Gui, viewsync: Viewsync, counts: dict[str, int], text: str) -> None:
    viewsync.answers["cleanup"] = {**NOTHING, **counts}
    gui.load(only())
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    assert triggers(gui) == ["wezterm-key"]
    assert gui.toasts == [text]


def test_the_toast_can_be_off(gui: Gui) -> None:
    gui.load(config("{ toast = false }"))
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    assert (triggers(gui), gui.toasts) == (["wezterm-key"], [])


def test_no_layer_but_the_key_shows_a_toast(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["cleanup"] = {**NOTHING, "ended": 3}
    gui.load(config())
    gui.set_user_var(gui.open_window().tabs[0], "TMUX_CLEANUP_TRIGGER", "")
    gui.advance(121)
    assert len(gui.ran) == 3
    assert gui.toasts == []


def test_the_window_may_be_gone_before_the_toast(gui: Gui) -> None:
    gui.load(only())
    window = gui.open_window()
    gui.holding = True
    gui.press(window, "c", "LEADER|CTRL")
    gui.advance(0)
    gui.mux.close_window(window)
    gui.holding = False
    gui.settle()
    assert gui.toasts == ["0 views ended"]


FAULTS: dict[str, tuple[Any, str]] = {
    "an error in JSON": (
        Answer('{"error": {"code": 75, "message": "locked", "hint": "try again"}}', "viewsync: locked", success=False),
        "locked (try again)",
    ),
    "an error in JSON without a hint": (
        Answer('{"error": {"code": 75, "message": "locked", "hint": null}}', "", success=False),
        "locked",
    ),
    "an error on stderr alone": (Answer("", "viewsync: boom\n", success=False), "viewsync: boom"),
    "no JSON": (Answer("hello"), "viewsync gave no readable answer"),
    "JSON that is no object": (Answer("7"), "viewsync gave no readable answer"),
    "nothing at all": (Answer("", "", success=False), "viewsync gave no readable answer"),
    "an error that is no object": (Answer('{"error": 3}', "", success=False), "viewsync gave no readable answer"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_command_that_fails_with(gui: Gui, viewsync: Viewsync, fault: str) -> None:
    viewsync.answers["cleanup"], text = FAULTS[fault]
    gui.load(only())
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    assert gui.toasts == [text]
    assert gui.take_errors() == [f"viewsync: wezterm-key: {text}"]


def test_a_missing_command_is_logged_and_shown(gui: Gui) -> None:
    gui.load(config("{ viewsync_path = '/no/such/viewsync', layers = { 'timer' } }"))
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    (text,) = gui.toasts
    assert text == "cannot run /no/such/viewsync: No such file or directory (os error 2); check viewsync_path"
    assert gui.take_errors() == [f"viewsync: wezterm-key: {text}"]


def test_a_layer_says_once_that_the_command_is_missing_until_it_is_there_again(gui: Gui, viewsync: Viewsync) -> None:
    gui.load(config("{ viewsync_path = '/opt/viewsync', layers = { 'timer' } }"))
    gui.advance(301)
    assert len(gui.take_errors()) == 1
    gui.programs["/opt/viewsync"] = viewsync
    gui.advance(60)
    del gui.programs["/opt/viewsync"]
    gui.advance(300)
    assert len(gui.take_errors()) == 1


def test_a_view_that_the_hook_ended_first_is_no_news(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["cleanup"] = {**NOTHING, "failed": 1}
    gui.load(config(after="heard = 0; wezterm.on('viewsync.cleaned', function() heard = heard + 1 end)"))
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    assert gui.lua.globals().heard == 0


NO_TMUX = "/tmp/tmux-0/default: cannot run tmux (set its path with tmux_path)"


def test_a_tmux_that_cannot_be_run_is_said_with_the_count(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["cleanup"] = {**NOTHING, "errors": [NO_TMUX]}
    gui.load(only())
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    assert gui.toasts == [f"0 views ended; not all could be read: {NO_TMUX}"]


def test_a_layer_logs_a_server_that_cannot_be_read_once(gui: Gui, viewsync: Viewsync) -> None:
    viewsync.answers["cleanup"] = {**NOTHING, "errors": [NO_TMUX]}
    gui.load(only("timer"))
    gui.advance(301)
    assert [text for level, text in gui.logs if level == "warn"] == [f"viewsync: wezterm-timer: {NO_TMUX}"]


def test_what_the_command_could_not_read_is_logged_and_the_rest_counts(gui: Gui, viewsync: Viewsync) -> None:
    partly = {**NOTHING, "ended": 1, "errors": ["/tmp/a: no answer", {"socket": "/tmp/b"}]}
    viewsync.answers["cleanup"] = Answer(json.dumps(partly), "viewsync: /tmp/a: no answer\n", success=False)
    gui.load(only())
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    warnings = [text for level, text in gui.logs if level == "warn"]
    prefix = "viewsync: wezterm-key: "
    assert warnings == [f"{prefix}/tmp/a: no answer", f'{prefix}{{"socket": "/tmp/b"}}']
    assert gui.toasts == ['1 view ended; not all could be read: /tmp/a: no answer; {"socket": "/tmp/b"}']


def test_the_path_of_tmux_stands_before_the_verb(gui: Gui, viewsync: Viewsync) -> None:
    gui.programs["/opt/viewsync"] = viewsync
    gui.load(config("{ viewsync_path = '/opt/viewsync', tmux_path = '/opt/tmux' }"))
    gui.press(gui.open_window(), "c", "LEADER|CTRL")
    gui.advance(0)
    assert gui.ran[0][:4] == ["/opt/viewsync", "--tmux", "/opt/tmux", "cleanup"]
