"""Anybody's text as tmux prints it, which each version does in its own way: what is read is what was given."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.tmux import clients, inventory, pane_list, project_list, session_detail, session_snapshot, view_origin
from viewsync.tmux.server import Tmux
from viewsync.tmux.session_detail import DetailRequest

if TYPE_CHECKING:
    from tests.support.server import Home, Server

TEXTS = [
    "an \x1b escape and a \b",
    r"no \033 escape and no \b",
    "$HOME, ${HOME}, $_ and $1$",
    r"\$HOME, \\$HOME and \1",
    "\x7f\x85 \u2028 日é🎉 \udcff",
    "two\nlines and a\ttab",
]


@pytest.fixture
def tmux(home: Home) -> Tmux:
    return Tmux("tmux", 20.0, home.env)


@pytest.mark.parametrize("text", TEXTS)
def test_an_option_and_a_variable(server: Server, tmux: Tmux, text: str) -> None:
    server.tmux("set-option", "-t", "=proj:", "@mine", text)
    server.tmux("set-option", "-w", "-t", "=proj:two", "@its", text)
    server.tmux("set-environment", "-t", "=proj:", "VARIABLE", text)
    found = project_list.read(tmux, server.socket)
    seen = session_detail.see(tmux, found.server, "$0", DetailRequest(["VARIABLE"], ["@mine"], ["@its"]))
    assert (seen.environment, seen.options, seen.windows[1].options) == (
        {"VARIABLE": text},
        {"@mine": text},
        {"@its": text},
    )
    origin = view_origin.read(tmux, server.socket, "$0")
    assert (dict(origin.options)["@mine"], dict(origin.environment)["VARIABLE"]) == (text, text)
    (_, two) = session_snapshot.read(tmux, found.server, "$0")
    assert dict(two.options)["@its"] == text


@pytest.mark.parametrize("text", TEXTS)
def test_a_folder(server: Server, tmux: Tmux, home: Home, text: str) -> None:
    folder = os.path.join(home.path, text)
    os.mkdir(folder)
    server.tmux("new-session", "-d", "-s", "there", "-c", folder.replace("#", "##"), "exec cat")
    found = project_list.read(tmux, server.socket)
    there = found.sessions[1].id
    assert session_detail.see(tmux, found.server, there, DetailRequest([], [], [])).folder == folder
    assert clients.read(tmux, found.server).folders[there] == folder
    assert view_origin.read(tmux, server.socket, there).folder == folder
    until(lambda: session_snapshot.read(tmux, found.server, there)[0].panes[0].folder == folder, "the program's folder")


@pytest.mark.parametrize("given", ["a$b", "x${x} and $_", r"a\$b$", "costs $5"])
def test_a_session_is_shown_by_the_name_that_tmux_has(server: Server, tmux: Tmux, given: str) -> None:
    """By which it can be found again."""
    server.tmux("rename-session", "-t", "$0:", given)
    name = project_list.read(tmux, server.socket).sessions[0].name
    assert server.run("has-session", "-t", f"={name}:").code == 0
    assert inventory.inventory(tmux, server.socket).sessions[0].name == name
    assert pane_list.read(tmux, server.socket).panes[0].session_name == name
    found, origin = view_origin.read_with_inventory(tmux, server.socket, name)
    assert found.sessions[0].name == name
    assert origin is None or origin.session == "$0"


def test_a_view_of_a_session_with_a_dollar_in_its_name_gets_that_name(server: Server, home: Home) -> None:
    server.tmux("rename-session", "-t", "$0:", "cost$s")
    (name,) = server.run("list-sessions", "-F", "#{s/[\\\\]//:session_name}").out.splitlines()
    assert name.endswith("$s")
    tab, view = server.open(project_list.read(Tmux("tmux", 20.0, home.env), server.socket).sessions[0].name)
    parent = server.show("$0:", "#{session_name}")
    server.tmux("kill-session", "-t", "$0:")
    tab.hang_up()
    until(lambda: view not in server.sessions(), "the promotion")
    assert server.sessions() == [parent]
