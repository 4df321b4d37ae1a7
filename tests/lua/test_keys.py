"""Keys: added to the user's, never in place of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lua.fake import Gui, config
from tests.lua.shared_data import to_python

CLEANUP = ("c", "LEADER|CTRL")
PICKER = ("s", "LEADER|CTRL")


def bound(gui: Gui) -> list[tuple[Any, Any]]:
    assert gui.current
    keys = to_python(gui.current.config["keys"]) or []
    return [(binding["key"], binding.get("mods")) for binding in keys]


def test_clean_up_and_picker_are_bound(gui: Gui) -> None:
    gui.load(config())
    assert bound(gui) == [CLEANUP, PICKER]


def test_the_keys_of_the_user_stay_first(gui: Gui) -> None:
    gui.load(config(before="config.keys = { { key = 'x', mods = 'ALT', action = {} } }"))
    assert bound(gui) == [("x", "ALT"), CLEANUP, PICKER]


def test_a_plain_table_as_configuration_works_too(gui: Gui) -> None:
    gui.load("local c = {}; require('viewsync').apply_to_config(c) return c")
    assert bound(gui) == [CLEANUP, PICKER]


def test_keys_false_binds_nothing(gui: Gui) -> None:
    gui.load(config("{ keys = false }"))
    assert gui.current
    assert gui.current.config["keys"] is None


def test_each_key_can_be_another_or_none(gui: Gui) -> None:
    gui.load(config("{ cleanup_key = false, picker_key = { key = 'F9' }, restore_key = { key = 'F8', mods = 'ALT' } }"))
    assert bound(gui) == [("F9", None), ("F8", "ALT")]


@pytest.mark.parametrize("mods", ["LEADER|CTRL", "CTRL|LEADER", "ctrl | leader"])
@pytest.mark.parametrize("key", ["c", "mapped:c", "phys:c"])
def test_a_chord_that_the_user_has_bound_stays_the_users(gui: Gui, key: str, mods: str) -> None:
    taken = f"{{ key = '{key}', mods = '{mods}', action = {{}} }}"
    gui.load(config(before=f"config.keys = {{ {taken} }}"))
    assert bound(gui) == [(key, mods), PICKER]
    assert [text for level, text in gui.logs if level == "warn"] == [
        "viewsync: CTRL|LEADER+c is already in config.keys and stays as it is; set cleanup_key to another key"
    ]


def test_the_same_key_with_other_modifiers_is_not_taken(gui: Gui) -> None:
    gui.load(config(before="config.keys = { { key = 'c', mods = 'LEADER', action = {} } }"))
    assert CLEANUP in bound(gui)


def test_keys_that_are_no_list_do_not_take_the_configuration_down(gui: Gui) -> None:
    gui.load("local c = { keys = 'none' }; require('viewsync').apply_to_config(c) return c")
    (error,) = gui.take_errors()
    assert error.startswith("viewsync: keys: ")
    assert gui.timers == 1
