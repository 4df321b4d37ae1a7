"""docs/how-to/status-line.md: each of its lines does in a tab what the page says of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.docs import blocks
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Home, Server

PAGE = "docs/how-to/status-line.md"
BLOCKS = blocks.blocks(PAGE, blocks.read(PAGE))
CONF = "".join(block.text for block in BLOCKS if block.kind == "tmux")
COMMANDS = [block.text for block in BLOCKS if block.kind == "sh"]
HOSTILE = '#[fg=red]it\'s "#(touch x)" `touch x`; ,}%H'


@pytest.fixture
def configured(home: Home, servers: Callable[..., Server]) -> Server:
    """With a session that has the name of tmux's first one, which its formats take for no."""
    os.makedirs(os.path.join(home.path, ".local", "bin"))
    os.symlink(home.launcher, os.path.join(home.path, ".local", "bin", "viewsync"))
    return servers("default", CONF).start("-s", "0", "-n", "one", "-c", home.path)


def press(tab: Tab, keys: str) -> None:
    tab.output.clear()
    tab.type(f"\x02{keys}")


def shown(tab: Tab, text: str) -> None:
    until(lambda: text in tab.text(), f"{text!r} on the screen")


def test_a_tab_shows_the_name_of_its_session(configured: Server) -> None:
    tab, _ = configured.open("0")
    shown(tab, "[0] ")
    shown(tab, "1 on it")
    shown(tab, "]0;0: one\x07")


def test_commands_name_the_session_and_leave_views_out(configured: Server, home: Home) -> None:
    _, view = configured.open("0")
    told, listed = COMMANDS
    name = told.replace("display -p", f"display -p -t '={view}:'")
    assert home.run(["sh", "-c", name]).out == "0\n"
    assert [line.partition(":")[0] for line in home.run(["sh", "-c", listed]).out.splitlines()] == ["0"]


def test_tabs_on_one_session_share_its_popup(configured: Server) -> None:
    tab, _ = configured.open("0")
    press(tab, "P")
    until(lambda: "popup-0" in configured.sessions(), "the popup's session")


def test_the_chooser_has_no_views(configured: Server) -> None:
    tab, view = configured.open("0")
    press(tab, "s")
    shown(tab, "0: 1 windows")
    assert view not in tab.text()


def test_a_tab_renames_its_session_and_not_the_view(configured: Server, home: Home) -> None:
    tab, view = configured.open("0")
    other, _ = configured.open("0", "--new")
    press(tab, "$")
    shown(tab, "(rename-session)")
    tab.type(f"\x15{HOSTILE}\r")
    until(lambda: configured.sessions()[0] == HOSTILE, "the new name")
    assert view in configured.sessions()
    for client in (tab, other):
        shown(client, f"[{HOSTILE}"[:20])
        shown(client, f"]0;{HOSTILE}: one\x07")
    assert not os.path.exists(os.path.join(home.path, "x"))


def test_where_there_is_no_view_the_session_itself_is_renamed(configured: Server, home: Home) -> None:
    tab = home.program(["tmux", "-S", configured.socket, "attach-session", "-t", "=0"])
    until(lambda: tab.pid in configured.clients(), "a client")
    press(tab, "$")
    shown(tab, "(rename-session)")
    tab.type("\x15work\r")
    until(lambda: configured.sessions() == ["work"], "the new name")
