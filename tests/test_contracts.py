"""What others rely on: the README's tables, the keys of the JSON, the contents of the wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT
from viewsync.cli import COMMANDS
from viewsync.config import SETTINGS

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def page(*parts: str) -> str:
    with open(os.path.join(ROOT, *parts), encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("verb", [verb for verb, command in COMMANDS.items() if not command.hidden])
def test_the_readme_names_every_verb(verb: str) -> None:
    assert re.search(rf"`{verb}[ `]", page("README.md"))


@pytest.mark.parametrize("name", SETTINGS)
def test_the_readme_names_every_setting_with_its_default(name: str) -> None:
    default = SETTINGS[name].default
    shown = default or "none"
    if isinstance(default, bool):
        shown = str(default).lower()
    elif isinstance(default, float):
        shown = f"{default:g}"
    assert f"| `{name}` | `{shown}` | {SETTINGS[name].help}" in page("README.md")


def test_the_readme_names_every_option_and_function_of_the_wezterm_module() -> None:
    module = page("lua", "viewsync.lua")
    options = re.findall(
        r"---@field (\w+) ", module.split("---@class viewsync.Options")[1].split("---@class viewsync.Spawn")[0]
    )
    functions = re.findall(r"^function M\.(\w+)", module, re.MULTILINE)
    assert len(options) > 10
    for name in [*options, *(function for function in functions if function not in ("choose",))]:
        assert re.search(rf"\b{name}\b", page("README.md")), name


def test_links_in_the_readme_lead_somewhere() -> None:
    names = ["README.md", "CONTRIBUTING.md"]
    for folder, _, files in os.walk(os.path.join(ROOT, "docs")):
        names += [os.path.relpath(os.path.join(folder, file), ROOT) for file in files if file.endswith(".md")]
    assert len(names) > 8
    for name in names:
        for link in re.findall(r"\]\(([^)#:]+)\)", page(name)):
            assert os.path.exists(os.path.join(ROOT, os.path.dirname(name), link)), f"{name}: {link}"


def test_the_readme_shows_the_demo_as_it_is(home: Home) -> None:
    """But for numbers, which differ each time."""

    def shape(text: str) -> list[str]:
        return [re.sub(r"\d+", "N", line).strip() for line in text.splitlines()]

    shown = shape(page("README.md"))
    played = shape(home.viewsync("demo", env={"TMPDIR": home.path}).out)
    start = shown.index(played[0])
    # Two views stand in the order of their names' random digits, so their lines are compared as a set.
    assert sorted(shown[start : start + len(played)]) == sorted(played)


def test_the_keys_of_the_json(server: Server, home: Home) -> None:
    opened = home.viewsync("open", "--json", "-S", server.socket, "proj").json()
    assert set(opened) == {"view", "parent", "socket", "action", "lease_seconds", "attach"}
    listing = home.viewsync("views", "--json").json()
    assert set(listing) == {"parents", "servers", "errors"}
    (parent,) = listing["parents"]
    assert set(parent) == {"name", "id", "socket", "exists", "windows", "attached", "created", "views"}
    (view,) = parent["views"]
    assert {"name", "id", "attached", "tty", "window", "state", "action", "reason"} <= set(view)
    swept = home.viewsync("sweep", "--json").json()
    assert set(swept) == {"ended", "promoted", "kept", "failed", "dry_run", "verdicts", "errors"}
    assert set(swept["verdicts"][0]) == {"socket", "session", "action", "reason"}
    assert set(home.viewsync("restore", "--plan", "--json").json()) == {"gui_pid", "tabs", "missing", "panes"}


def test_the_wheel_carries_the_hooks_and_the_lua_module(tmp_path: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = os.listdir(tmp_path)
    names = zipfile.ZipFile(os.path.join(tmp_path, wheel)).namelist()
    share = {"hooks/viewsync.conf", "lib/registry.sh", "lua/viewsync.lua"}
    assert {"viewsync/cli.py", *(f"viewsync/share/{path}" for path in share)} <= set(names)
    assert "viewsync/share/templates/gdb.toml" in names
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]
