"""lua/viewsync.lua loads in every way that WezTerm knows, and does nothing while it does."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.lua.evaluation import ROOT
from tests.lua.fake import Gui, config

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lua.conftest import Viewsync

SURFACE = {
    "apply_to_config",
    "choose",
    "cleanup",
    "palette_entries",
    "pick_session",
    "pick_window",
    "restore",
    "spawn_tab_with_custom_session",
    "spawn_tab_with_session",
    "status_text",
    "tab_title",
}


def test_the_module_offers_what_the_readme_names(gui: Gui) -> None:
    gui.load(config())
    module = gui.lua.globals().viewsync
    assert set(module.keys()) == SURFACE
    assert gui.run("for _, f in pairs(viewsync) do assert(type(f) == 'function') end") == ()


WAYS = {
    "require": "viewsync = require('viewsync')",
    "dofile": f"viewsync = dofile('{ROOT}/lua/viewsync.lua')",
    "plugin": f"package.path = '{ROOT}/?/init.lua'; viewsync = require('plugin')",
}


@pytest.mark.parametrize("way", WAYS)
def test_it_loads_by(gui: Gui, way: str) -> None:
    gui.load(f"{WAYS[way]}\nlocal config = {{}}; viewsync.apply_to_config(config)\nreturn config")
    assert gui.current
    assert len(gui.current.config["keys"]) == 2


def test_the_plugin_has_wezterm_watch_the_module_that_it_loads(gui: Gui) -> None:
    gui.load(f"{WAYS['plugin']} return {{}}")
    assert gui.watched == [f"{ROOT}/lua/viewsync.lua"]


def test_the_plugin_finds_the_module_beside_it_wherever_it_was_cloned(gui: Gui, tmp_path: Path) -> None:
    clone = tmp_path / "httpssCssZssZexamplesDscomsZsviewsync"
    shutil.copytree(ROOT / "plugin", clone / "plugin")
    shutil.copytree(ROOT / "lua", clone / "lua")
    name = clone.name
    gui.load(f"package.path = '{tmp_path}/?/plugin/init.lua'; require('{name}') return {{}}")
    assert gui.watched == [f"{clone}/lua/viewsync.lua"]


def test_the_plugin_says_how_to_load_it_when_it_was_not_required(gui: Gui) -> None:
    gui.load(f"ok, why = pcall(dofile, '{ROOT}/plugin/init.lua') return {{}}")
    assert "dofile lua/viewsync.lua" in gui.lua.globals().why


def test_loading_starts_no_child_and_opens_nothing(gui: Gui, viewsync: Viewsync) -> None:
    gui.open_window()
    gui.load(config("{ restore_key = { key = 'r', mods = 'LEADER' } }"))
    assert gui.ran == []
    assert [len(window.tabs) for window in gui.mux.windows.values()] == [1]


def test_the_installer_can_write_the_path_of_the_command(gui: Gui, tmp_path: Path) -> None:
    text = (ROOT / "lua/viewsync.lua").read_text()
    line = "local INSTALLED_VIEWSYNC = nil -- @viewsync-path@"
    assert text.count(line) == text.count("@viewsync-path@") == 1
    installed = tmp_path / "viewsync.lua"
    installed.write_text(text.replace(line, 'local INSTALLED_VIEWSYNC = "/opt/v/viewsync"'))
    gui.load(f"viewsync = dofile('{installed}') return {{}}")
    window = gui.open_window()
    gui.run("viewsync.spawn_tab_with_session(..., nil, 'proj')", gui.window_object(window))
    assert window.tabs[-1].panes[0].argv[0] == "/opt/v/viewsync"


def test_where_there_is_no_gui_only_keys_are_added(gui: Gui) -> None:
    evaluation = gui.evaluate_aside(config(), headless=True)
    assert len(evaluation.config["keys"]) == 2
    assert evaluation.scheduled == []
    assert evaluation.surface["events"]["update-status"] is None


def test_an_evaluation_that_is_thrown_away_leaves_no_timer(gui: Gui) -> None:
    gui.load(config())
    gui.evaluate_aside(config())
    assert gui.timers == 1
