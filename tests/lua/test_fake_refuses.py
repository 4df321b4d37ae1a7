"""The fake's checks can fail: each refuses what the real WezTerm lacks, or does to a program."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lua.evaluation import ASYNC_EVENTS, SYNC_EVENTS
from tests.lua.fake import Answer, Gui, config
from tests.lua.fake_mux import Info
from tests.lua.shared_data import LuaError

EMPTY = "return {}"


def load_with(gui: Gui, body: str) -> None:
    """As a module: the C boundary of `require` is what makes a yield impossible."""
    gui.load(
        "package.preload.module = function() "
        f"local wezterm = require('wezterm'); {body} end\n"
        "ok, why = pcall(require, 'module') return {}"
    )


@pytest.mark.parametrize("name", ["mux-tab-closed", "mux-window-close", "gui-shutdown", "update"])
def test_an_event_that_does_not_exist(gui: Gui, name: str) -> None:
    load_with(gui, f"wezterm.on('{name}', function() end)")
    assert gui.take_violations() == [f"no such event: {name}"]


@pytest.mark.parametrize("name", [*sorted(ASYNC_EVENTS | SYNC_EVENTS), "other.plugin-event"])
def test_not_an_event_that_exists(gui: Gui, name: str) -> None:
    load_with(gui, f"wezterm.on('{name}', function() end)")
    assert gui.lua.globals().ok


@pytest.mark.parametrize("name", ["base64_decode", "mux.all_tabs", "time.every", "gui.close_window", "json"])
def test_a_function_that_does_not_exist(gui: Gui, name: str) -> None:
    load_with(gui, f"return wezterm.{name}")
    assert gui.take_violations() == [f"wezterm.{name} does not exist"]


def test_a_function_that_exists_and_that_the_fake_has_not_learnt(gui: Gui) -> None:
    load_with(gui, "return wezterm.time.now")
    assert gui.take_violations() == ["wezterm.time.now is not in the fake"]


def test_a_method_that_does_not_exist_even_where_the_error_is_caught(gui: Gui) -> None:
    window = gui.open_window()
    gui.load(EMPTY)
    body = "local w = ... return pcall(function() return w:close() end)"
    ok, why = gui.run(body, gui.window_object(window))
    assert not ok
    assert "attempt to get an unknown field 'close'" in str(why)
    assert gui.take_violations() == ["GuiWindow has no close"]


@pytest.mark.parametrize("name", ["run_child_process", "background_child_process", "sleep_ms"])
def test_a_yield_in_what_require_loads(gui: Gui, name: str) -> None:
    load_with(gui, f"wezterm.{name}({{'true'}})")
    assert "attempt to yield across a C-call boundary" in str(gui.lua.globals().why)
    assert gui.take_violations() == [f"{name} yields, and cannot here"]


def test_a_yield_while_the_configuration_loads(gui: Gui) -> None:
    gui.load("require('wezterm').emit('a.b') return {}")
    assert gui.take_violations() == ["emit yielded while the configuration loaded"]


def test_a_yield_in_a_synchronous_event(gui: Gui) -> None:
    gui.load(
        "local wezterm = require('wezterm')\n"
        "wezterm.on('format-tab-title', function()\n"
        "  return select(2, pcall(wezterm.run_child_process, { 'true' }))\nend)\nreturn {}"
    )
    assert "attempt to yield from outside a coroutine" in gui.sync("format-tab-title")
    assert gui.take_violations() == ["run_child_process yields, and cannot here"]


@pytest.mark.parametrize("call", ["io.popen('true')", "os.execute('true')", "io.open('/etc/passwd')", "os.remove('x')"])
def test_a_call_that_blocks_the_gui_thread(gui: Gui, call: str) -> None:
    load_with(gui, call)
    assert gui.take_violations() == [f"{call.split('(')[0]} blocks the GUI thread"]


def test_the_debug_library_which_wezterm_lacks(gui: Gui) -> None:
    load_with(gui, "assert(debug == nil and package.loaded.debug == nil)")
    assert gui.lua.globals().ok


def test_a_child_process_that_is_missing_raises(gui: Gui) -> None:
    gui.load(EMPTY)
    with pytest.raises(LuaError, match="No such file"):
        gui.run("return require('wezterm').run_child_process({ '/no/such' })")


@pytest.mark.parametrize("seconds", ["-1", "1/0", "0/0", "'soon'"])
def test_a_delay_on_which_wezterm_panics(gui: Gui, seconds: str) -> None:
    load_with(gui, f"wezterm.time.call_after({seconds}, function() end)")
    assert len(gui.take_violations()) == 1


# Panes


def in_a_pane(gui: Gui, body: str) -> Any:
    window = gui.open_window()
    gui.load(EMPTY)
    return gui.run(f"local pane = ... {body}", gui.pane_object(window.tabs[0]))


@pytest.mark.parametrize("size", ["0.999", "79", "80", "800"])
def test_a_split_for_which_there_is_no_room(gui: Gui, size: str) -> None:
    body = f"return pcall(function() return pane:split({{ args = {{'x'}}, direction = 'Right', size = {size} }}) end)"
    ok, why = in_a_pane(gui, body)
    assert (ok, "No space for split!" in str(why)) == (False, True)
    assert len(gui.mux.windows[0].tabs[0].panes) == 1


def test_output_that_the_reader_of_the_pane_would_see(gui: Gui) -> None:
    in_a_pane(gui, "pane:inject_output('hello')")
    assert gui.take_violations() == ["inject_output would show 'hello'"]


@pytest.mark.parametrize("method", ["resize", "set_user_var", "get_size", "zoom"])
def test_a_method_that_a_pane_lacks(gui: Gui, method: str) -> None:
    in_a_pane(gui, f"pcall(function() pane:{method}() end)")
    assert gui.take_violations() == [f"MuxPane has no {method}"]


# The rules of GLOBAL


def with_global(gui: Gui, body: str) -> Any:
    gui.load(EMPTY)
    result = gui.run(f"local G = require('wezterm').GLOBAL; {body}")
    gui.shared.inner.clear()
    return result


def test_a_table_in_global_is_no_table(gui: Gui) -> None:
    body = "G.t = { a = 1 } return type(G.t), pcall(next, G.t)"
    assert with_global(gui, body)[:2] == ("userdata", False)


def test_global_takes_no_function(gui: Gui) -> None:
    with pytest.raises(LuaError, match="function"):
        with_global(gui, "G.f = function() end")


def test_a_table_with_the_key_1_is_an_array_and_takes_no_other_key(gui: Gui) -> None:
    assert with_global(gui, "G.t = { [0] = 'a', [2] = 'c' } return G.t['2']") == ("c",)
    with pytest.raises(LuaError, match="numeric array index"):
        with_global(gui, "G.t = { [0] = 'a', [1] = 'b' }")


def test_pairs_wraps_scalars_and_a_removed_key_stays(gui: Gui) -> None:
    body = """G.t = { a = 1 }; G.t.a = nil
    for key, value in pairs(G.t) do return key, type(value), G.t[key] end"""
    assert with_global(gui, body) == ("a", "userdata", None)


def test_replacing_the_last_item_of_an_array_pushes(gui: Gui) -> None:
    body = "G.t = { 'a', 'b' }; G.t[2] = 'x' return G.t[2], G.t[3]"
    assert with_global(gui, body) == ("b", "x")


def test_json_turns_a_table_that_it_meets_twice_into_null(gui: Gui) -> None:
    gui.load(EMPTY)
    body = "local t = {}; return require('wezterm').json_encode({ a = t, b = { t } })"
    assert sorted(json.loads(gui.run(body)[0]).items(), key=str) in (
        [("a", {}), ("b", [None])],
        [("a", None), ("b", [{}])],
    )


# Events, timers, selectors


def two_handlers(first: str) -> str:
    return f"""local wezterm = require('wezterm'); calls = 0
    wezterm.on('bell', function() {first} end)
    wezterm.on('bell', function() calls = calls + 1 end)
    return {{}}"""


@pytest.mark.parametrize(("first", "calls"), [("", 1), ("return false", 0), ("error('x')", 0)])
def test_an_error_or_a_false_ends_the_chain(gui: Gui, first: str, calls: int) -> None:
    window = gui.open_window()
    gui.load(two_handlers(first))
    gui.fire("bell", window)
    assert gui.lua.globals().calls == calls
    assert len(gui.take_errors()) == ("error" in first)


SLOW = """local wezterm = require('wezterm'); calls = 0
wezterm.on('{name}', function() calls = calls + 1; wezterm.run_child_process({{ 'slow' }}) end)
return {{}}"""


@pytest.mark.parametrize(("name", "calls"), [("update-status", 2), ("user-var-changed", 5)])
def test_coalesced_events_run_once_and_queue_once(gui: Gui, name: str, calls: int) -> None:
    window = gui.open_window()
    gui.programs["slow"] = lambda _: Answer()
    gui.load(SLOW.format(name=name))
    gui.holding = True
    for _ in range(5):
        gui.fire(name, window)
    gui.holding = False
    gui.settle()
    assert gui.lua.globals().calls == calls


def test_a_reload_drops_the_timers_of_the_configuration_before(gui: Gui) -> None:
    source = "require('wezterm').time.call_after(5, function() struck = true end) return {}"
    first, second = gui.load(source), gui.load(source)
    gui.advance(5)
    assert first.lua.globals().struck is None
    assert second.lua.globals().struck


def test_an_error_in_a_timer_is_swallowed_and_the_fake_tells(gui: Gui) -> None:
    gui.load("require('wezterm').time.call_after(1, function() error('lost') end) return {}")
    gui.advance(1)
    assert "lost" in gui.swallowed.pop()


@pytest.mark.parametrize(
    "fields", ["choices = { { id = 'a' } }", "choices = { { id = 1, label = 'a' } }", "initial = 1"]
)
def test_a_selector_that_wezterm_would_refuse(gui: Gui, fields: str) -> None:
    load_with(gui, f"wezterm.action.InputSelector({{ {fields} }})")
    assert len(gui.take_violations()) == 1


def test_a_configuration_field_that_does_not_exist(gui: Gui) -> None:
    load_with(gui, "wezterm.config_builder().kyes = {}")
    assert gui.take_violations() == ["config.kyes"]


def test_only_the_first_handler_of_format_tab_title_counts(gui: Gui) -> None:
    gui.load(
        "local wezterm = require('wezterm')\n"
        "for _, text in ipairs({ 'first', 'second' }) do\n"
        "  wezterm.on('format-tab-title', function(tab) return text .. tab.tab_title end)\n"
        "end return {}"
    )
    assert gui.sync("format-tab-title", Info(tab_title="!")) == "first!"


# What holds after every test


def test_a_second_key_in_global_fails_the_test(gui: Gui) -> None:
    gui.load(config())
    gui.run("require('wezterm').GLOBAL.other = 'x'")
    with pytest.raises(AssertionError):
        gui.check()
    del gui.shared.inner["other"]


def test_an_error_in_the_log_that_nobody_expects_fails_the_test(gui: Gui) -> None:
    gui.load("require('wezterm').log_error('oh') return {}")
    with pytest.raises(AssertionError):
        gui.check()
