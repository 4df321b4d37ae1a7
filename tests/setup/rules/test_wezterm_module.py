"""The launcher's line in the WezTerm module, read by a real Lua."""

from __future__ import annotations

import os

import lupa
import pytest

from tests.support.server import ROOT
from viewsync.setup.rules import wezterm_module

LAUNCHERS = [
    "/usr/bin/viewsync",
    '/it\'s a "b"/x',
    "/back\\slash/new\nline",
    "/日本/é",
    "/]]--/%s",
    "/bytes\udcff\udc80x",
    "/digits\n123",
]


def shipped() -> str:
    with open(os.path.join(ROOT, "lua", "viewsync.lua"), encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_lua_reads_the_launcher_that_was_written(launcher: str) -> None:
    text = wezterm_module.with_launcher(shipped(), launcher)
    (line,) = [line for line in text.splitlines() if wezterm_module.MARK in line]
    lua = lupa.LuaRuntime(encoding=None)
    assert lua.execute(f"{line}\nreturn INSTALLED_VIEWSYNC".encode()) == os.fsencode(launcher)
    assert wezterm_module.launcher_of(text) == launcher


def test_only_that_line_is_changed() -> None:
    before, after = shipped().splitlines(), wezterm_module.with_launcher(shipped(), "/x").splitlines()
    assert [one for one, other in zip(before, after, strict=True) if one != other] == [
        "local INSTALLED_VIEWSYNC = nil -- @viewsync-path@"
    ]


def test_an_installed_module_can_be_written_anew() -> None:
    once = wezterm_module.with_launcher(shipped(), "/one")
    assert wezterm_module.with_launcher(once, "/two") == wezterm_module.with_launcher(shipped(), "/two")


def test_the_shipped_module_names_no_launcher() -> None:
    assert wezterm_module.launcher_of(shipped()) == ""
    assert wezterm_module.launcher_of("something else") == ""


def test_a_text_without_that_line_is_refused() -> None:
    with pytest.raises(ValueError, match="not one line"):
        wezterm_module.with_launcher("local x = 1\n", "/x")
