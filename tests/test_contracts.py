"""What others rely on: the README and its links, the keys of the JSON, the contents of the wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from docgen import pages
from tests.docs import blocks
from tests.support.server import ROOT

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_links_lead_somewhere() -> None:
    """On a forge, too: there only docs/ links to pages that are made with the site."""
    made = {os.path.join("docs", path) for path in pages.all_pages()}
    names = blocks.pages()
    assert len(names) > 30
    for name in names:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", blocks.read(name)):
            path = os.path.normpath(os.path.join(os.path.dirname(name), link))
            there = os.path.exists(os.path.join(ROOT, path)) or (path in made and name.startswith("docs"))
            assert there, f"{name}: {link}"


def test_the_readme_is_short() -> None:
    assert len(blocks.read("README.md").split()) <= 900


def test_the_keys_of_the_json(server: Server, home: Home) -> None:
    opened = home.viewsync("open", "--json", "-S", server.socket, "proj").fields()
    assert set(opened) == {"view", "parent", "socket", "action", "lease_seconds", "attach"}
    listing = home.viewsync("views", "--json").fields()
    assert set(listing) == {"parents", "servers", "errors"}
    (parent,) = listing["parents"]
    assert set(parent) == {"name", "id", "socket", "exists", "windows", "attached", "created", "views"}
    (view,) = parent["views"]
    assert {"name", "id", "attached", "tty", "window", "state", "action", "reason"} <= set(view)
    swept = home.viewsync("sweep", "--json").fields()
    assert set(swept) == {"ended", "promoted", "kept", "failed", "dry_run", "verdicts", "errors"}
    assert set(swept["verdicts"][0]) == {"socket", "session", "action", "reason"}
    assert set(home.viewsync("restore", "--plan", "--json").fields()) == {
        "gui_pid",
        "tabs",
        "focus",
        "missing",
        "panes",
    }


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
