"""Where tmux-resurrect is, `install` has it leave views out of what it saves, and `doctor` says where it does not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server

LOADED = "@resurrect-save-script-path"


def put(home: Home, name: str, text: str = "") -> None:
    path = os.path.join(home.path, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def hook_of(server: Server) -> str:
    return server.tmux("show-options", "-gqv", hooks.RESURRECT)


def started(home: Home, servers: Callable[..., Server]) -> Server:
    """One that reads the user's configuration."""
    server = servers("later")
    server.conf = os.path.join(home.path, ".tmux.conf")
    return server.start()


def check(server: Server) -> tuple[str, str]:
    found = server.home.viewsync("doctor", "--json").json()["checks"]
    (one,) = [check for check in found if check["name"] == "resurrect" and check["server"] == server.socket]
    return one["status"], one["found"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".tmux/plugins/tmux-resurrect/resurrect.tmux", ""),
        (".config/tmux/plugins/tmux-resurrect/resurrect.tmux", ""),
        (".tmux.conf", "set -g @plugin 'tmux-plugins/tmux-resurrect'\n"),
    ],
)
def test_install_sets_its_hook_and_uninstall_takes_it_away(
    home: Home, server: Server, servers: Callable[..., Server], file: str, text: str
) -> None:
    put(home, file, text)
    assert home.viewsync("install").code == 0
    assert hook_of(server).endswith(f"{home.launcher} hook {hooks.SAVED}")
    later = started(home, servers)
    assert hook_of(later) == hook_of(server)
    assert "everything is set up already" in home.viewsync("install").out
    assert home.viewsync("uninstall").code == 0
    assert (hook_of(server), hook_of(later)) == ("", "")


def test_nothing_is_set_where_it_is_not(home: Home, server: Server, servers: Callable[..., Server]) -> None:
    put(home, ".tmux.conf", "# set -g @plugin 'tmux-plugins/tmux-resurrect'\n")
    home.viewsync("install")
    assert (hook_of(server), hook_of(started(home, servers))) == ("", "")
    assert check(server)[0] == "ok"


def test_a_hook_of_the_user_stays_and_doctor_says_what_it_lacks(
    home: Home, server: Server, servers: Callable[..., Server]
) -> None:
    mine = "sed -i '/^grouped_session.*-view-/d'"
    put(home, ".tmux.conf", f'set -g @plugin "tmux-plugins/tmux-resurrect"\nset -g {hooks.RESURRECT} "{mine}"\n')
    server.tmux("set-option", "-g", hooks.RESURRECT, mine, ";", "set-option", "-g", LOADED, "/x")
    home.viewsync("install")
    assert (hook_of(server), hook_of(started(home, servers))) == (mine, mine)
    assert check(server) == ("warn", "tmux-resurrect saves views, and makes them again as sessions")
    server.tmux("set-option", "-g", hooks.RESURRECT, f"f() {{ viewsync hook {hooks.SAVED} $1; }}; f")
    assert check(server)[0] == "ok"
    home.viewsync("uninstall")
    assert hook_of(server).startswith("f()")


def test_a_plugin_that_came_later_gets_it_by_doctor(home: Home, server: Server) -> None:
    home.viewsync("install")
    server.tmux("set-option", "-g", LOADED, "/x")
    assert check(server)[0] == "warn"
    home.viewsync("doctor", "--fix")
    assert check(server) == ("ok", "tmux-resurrect leaves views out of what it saves")


def test_another_launcher_takes_the_place_of_the_one_before(home: Home, server: Server) -> None:
    server.tmux(
        "set-option", "-g", LOADED, "/x", ";", "set-option", "-g", hooks.RESURRECT, hooks.saved_command("/gone")
    )
    home.viewsync("install")
    assert home.launcher in hook_of(server)
