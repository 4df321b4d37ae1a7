"""viewsync.tmux, as the tmux plugin manager runs it: by the server, in the server's environment."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT
from tests.support.tree import tree
from tests.support.wait import stays, until
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


@pytest.fixture
def bare(home: Home, servers: Callable[..., Server]) -> Server:
    """A server whose PATH has tmux and no viewsync."""
    folder = os.path.join(home.path, "tools")
    os.mkdir(folder)
    for name in ("tmux", "sh"):
        os.symlink(shutil.which(name) or name, os.path.join(folder, name))
    home.env["PATH"] = folder
    del home.env["VIEWSYNC_LAUNCHER"]
    return servers().start()


def launcher(home: Home, *parts: str) -> str:
    path = os.path.join(home.path, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return str(shutil.copy(home.launcher, path))


def load(server: Server, plugin: str = os.path.join(ROOT, "viewsync.tmux")) -> None:
    server.tmux("run-shell", "'" + plugin.replace("'", "'\\''").replace("#", "##") + "'")


def loaded(server: Server, path: str) -> bool:
    return hooks.stand(
        [server.tmux("show-options", "-gqv", hooks.slot(event)) for event in hooks.EVENTS], hooks.caller(path)
    )


@pytest.mark.parametrize("place", [(".local", "bin", "viewsync"), ("tools", "viewsync")])
def test_it_finds_the_launcher(bare: Server, home: Home, place: tuple[str, ...]) -> None:
    path = launcher(home, *place)
    before = tree(home.path)
    load(bare)
    assert loaded(bare, path)
    assert tree(home.path) == before


@pytest.mark.parametrize(
    "name", ["plain", "with space", "it's", 'a"b', "$HOME", "#(touch INJECTED)", "`touch INJECTED`", "-n"]
)
def test_an_option_names_any_other_place(bare: Server, home: Home, name: str) -> None:
    launcher(home, ".local", "bin", "viewsync")
    path = launcher(home, name, "viewsync")
    bare.tmux("set-option", "-g", "@viewsync_command", path)
    load(bare)
    assert loaded(bare, path)
    assert not [folder for folder, _, files in os.walk(home.path) if "INJECTED" in files]


def test_the_option_may_begin_at_home(bare: Server, home: Home) -> None:
    path = launcher(home, "my tools", "viewsync")
    bare.tmux("set-option", "-g", "@viewsync_command", "~/my tools/viewsync")
    load(bare)
    assert loaded(bare, path)


def test_the_plugin_may_stand_anywhere(bare: Server, home: Home) -> None:
    path = launcher(home, ".local", "bin", "viewsync")
    plugin = os.path.join(home.path, "it's #(touch INJECTED) $HOME", "viewsync.tmux")
    os.mkdir(os.path.dirname(plugin))
    shutil.copy(os.path.join(ROOT, "viewsync.tmux"), plugin)
    load(bare, plugin)
    assert loaded(bare, path)
    assert not [folder for folder, _, files in os.walk(home.path) if "INJECTED" in files]


@pytest.mark.parametrize("option", ["", "viewsync", "/gone/viewsync"])
def test_without_a_program_it_names_what_makes_one(bare: Server, home: Home, option: str) -> None:
    if option:
        launcher(home, ".local", "bin", "viewsync")  # somebody who names another one does not mean it
        bare.tmux("set-option", "-g", "@viewsync_command", option)
    attach = ["tmux", "-S", bare.socket, "attach-session", "-t", "=proj"]
    tab = home.program(attach, env={"PATH": os.environ["PATH"]})
    until(lambda: tab.pid in bare.clients(), "the client")
    load(bare)
    until(lambda: "./install.sh in the folder of this plugin" in tab.text(), "the message")
    assert not stays(lambda: bare.tmux("show-options", "-gqv", "client-detached[4242]"))


def test_it_shows_why_the_program_could_not(bare: Server, home: Home) -> None:
    path = launcher(home, ".local", "bin", "viewsync")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho 'error: 100%H #{pid} $HOME it is;' >&2\nexit 4\n")
    attach = ["tmux", "-S", bare.socket, "attach-session", "-t", "=proj"]
    tab = home.program(attach, env={"PATH": os.environ["PATH"]})
    until(lambda: tab.pid in bare.clients(), "the client")
    bare.tmux("resize-window", "-t", "=proj:", "-x", "300")
    load(bare)
    wanted = f"not loaded: {path} install --here: error: 100%H #{{pid}} $HOME it is;."
    said = until(lambda: [line for line in bare.tmux("show-messages").splitlines() if "not loaded" in line], "it")
    assert wanted in said[0].replace("\\$", "$")  # as 3.4 prints it
    assert bare.tmux("show-options", "-gqv", "@viewsync_problem") == ""


def test_twice_is_the_same_as_once(bare: Server, home: Home) -> None:
    launcher(home, ".local", "bin", "viewsync")
    load(bare)
    once = bare.tmux("show-hooks", "-g")
    load(bare)
    assert bare.tmux("show-hooks", "-g") == once
