"""Options: what makes no sense is named in the log, and the default stands in for it."""

from __future__ import annotations

import re

import pytest

from tests.lua.evaluation import ROOT
from tests.lua.fake import Gui, config

WRONG = {
    "viewsync_path": "'viewsync'",
    "tmux_path": "'bin/tmux'",
    "domain": "7",
    "icon": "false",
    "set_title": "'yes'",
    "keys": "{}",
    "cleanup_key": "'c'",
    "picker_key": "{ mods = 'LEADER' }",
    "restore_key": "true",
    "layers": "{ 'tab', 'key' }",
    "interval": "1",
    "toast": "0",
    "toast_ms": "1.5",
    "status": "'right'",
}
WRONG_TO_SPAWN = {
    "host": "'-x'",
    "title": "''",
    "icon": "3",
    "cwd": "true",
    "socket_name": "'a/b'",
    "socket_path": "'relative'",
    "create": "'yes'",
    "new": "1",
    "window": "'2'",
    "key": "'a b'",
    "into": "'left'",
    "size": "1",
    "workspace": "''",
    "domain": "1",
}


def documented(owner: str) -> set[str]:
    """The fields in the annotations of viewsync.Options or viewsync.SpawnOptions."""
    text = (ROOT / "lua/viewsync.lua").read_text()
    block = text.split(f"---@class viewsync.{owner}\n")[1].split("\n\n")[0]
    return set(re.findall(r"^---@field (\w+)", block, re.M))


def test_every_option_is_annotated_and_checked() -> None:
    assert documented("Options") == set(WRONG)
    assert documented("SpawnOptions") == set(WRONG_TO_SPAWN)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_type_is_named_and_the_default_is_used(gui: Gui, name: str) -> None:
    gui.load(config(f"{{ {name} = {WRONG[name]} }}"))
    (error,) = gui.take_errors()
    assert error.startswith(f"viewsync: option '{name}' must be ")
    assert gui.current
    assert len(gui.current.config["keys"]) == 2
    assert gui.timers == 1


def test_an_unknown_option_is_named_with_those_that_exist(gui: Gui) -> None:
    gui.load(config("{ intervall = 30 }"))
    (error,) = gui.take_errors()
    assert "unknown option 'intervall'" in error
    assert "interval" in error.split("the known ones are: ")[1].split(", ")


def test_one_wrong_option_leaves_the_others_as_they_were_given(gui: Gui) -> None:
    gui.load(config("{ interval = 'often', restore_key = { key = 'r', mods = 'LEADER' } }"))
    assert len(gui.take_errors()) == 1
    assert gui.current
    assert len(gui.current.config["keys"]) == 3


@pytest.mark.parametrize("options", ["'fast'", "7", "true", "function() end"])
def test_options_that_are_no_table(gui: Gui, options: str) -> None:
    gui.load(config(options))
    (error,) = gui.take_errors()
    assert error.startswith("viewsync: options must be a table, not a ")


@pytest.mark.parametrize("name", WRONG_TO_SPAWN)
def test_a_wrong_option_of_a_tab_opens_nothing(gui: Gui, name: str) -> None:
    """The default would be another server or another session."""
    gui.load(config())
    window = gui.open_window()
    body = f"return viewsync.spawn_tab_with_session(..., nil, 'proj', {{ {name} = {WRONG_TO_SPAWN[name]} }})"
    tab, why = gui.run(body, gui.window_object(window))
    assert tab is None
    assert why.startswith(f"option '{name}' must be ")
    assert gui.take_errors() == [f"viewsync: {why}"]
    assert gui.toasts == [why]
    assert len(window.tabs) == 1


def test_an_unknown_option_of_a_tab_opens_nothing(gui: Gui) -> None:
    gui.load(config())
    window = gui.open_window()
    body = "return viewsync.spawn_tab_with_session(..., nil, 'proj', { sockt_name = 'work' })"
    tab, why = gui.run(body, gui.window_object(window))
    assert tab is None
    assert "unknown option 'sockt_name'" in why
    assert len(gui.take_errors()) == 1


def test_a_socket_by_name_and_by_path_at_once_opens_nothing(gui: Gui) -> None:
    gui.load(config())
    body = "return viewsync.spawn_tab_with_session(nil, nil, 'p', { socket_name = 'a', socket_path = '/b' })"
    assert gui.run(body)[1] == "socket_name and socket_path exclude each other"
    assert len(gui.take_errors()) == 1


def test_without_home_in_the_environment_wezterm_knows_it(gui: Gui) -> None:
    home = gui.env["HOME"]
    gui.load(config(before="os.getenv = function() return nil end"))
    del gui.env["HOME"]
    gui.env["HOME"] = home
    gui.run("viewsync.spawn_tab_with_session(nil, nil, 'proj')")
    assert gui.mux.windows[0].tabs[0].panes[0].argv[0] == f"{home}/.local/bin/viewsync"
