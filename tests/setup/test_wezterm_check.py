"""What `doctor` says of each WezTerm that runs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from tests.support.sessions import by_jq

if TYPE_CHECKING:
    from tests.support.server import Home, Server
    from tests.support.wezterm import FakeWezterm


def look(home: Home, **env: str) -> tuple[str, str, str]:
    """The check's status, what it found, and what would do."""
    checks = home.viewsync("doctor", "--json", env=env).json()["checks"]
    (check,) = [check for check in checks if check["name"] == "WezTerm"]
    return check["status"], check["found"], check["hint"]


def test_one_that_never_told_and_one_that_hangs(home: Home, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    wezterm.show(gui, ["/dev/pts/998", "/dev/pts/999"])
    status, found, hint = look(home)
    assert (status, found) == ("warn", f"GUI {gui}: 2 panes, the Lua module in it never told of them")
    assert "load the module" in hint
    wezterm.hang()
    status, found, hint = look(home, VIEWSYNC_WEZTERM_TIMEOUT="0.3")
    assert (status, f"GUI {gui} hangs: " in found, f"`kill {gui}`" in hint) == ("warn", True, True)


def test_when_the_module_told_last(home: Home, wezterm: FakeWezterm) -> None:
    """Our process stands for the GUI: the command line's parent. One that is gone and had its number told nothing."""
    gui = os.getpid()
    with open(wezterm.socket(gui), "w", encoding="utf-8"):
        wezterm.show(gui, ["/dev/pts/999"])
    words = ["cleanup", "--views", "--from-gui", "--live-tty", "/dev/pts/999"]
    assert home.run(["env", home.launcher, *words]).code == 0
    status, found, hint = look(home)
    assert (status, hint) == ("ok", "")
    assert re.fullmatch(rf"GUI {gui}: 1 pane, of which the Lua module told \S+ ago", found)
    by_jq(home, ".guis[].told -= 7200")
    status, found, _ = look(home)
    assert (status, "told 2h ago" in found) == ("warn", True)
    by_jq(home, ".guis[].start = 1")
    assert "never told" in look(home)[1]


def test_what_is_asked_from_outside_proves_no_module(home: Home, wezterm: FakeWezterm) -> None:
    gui = wezterm.start()
    home.viewsync("sweep")
    assert str(gui) in home.registry()["guis"]
    assert "never told" in look(home)[1]


def test_a_mux_server_is_known_where_a_view_was_opened(home: Home, server: Server, wezterm: FakeWezterm) -> None:
    mux = os.getpid()
    tab, _ = server.open_from_shell("proj", env=wezterm.mux(mux))
    wezterm.show(mux, [tab.tty])
    assert look(home) == ("ok", f"mux server {mux}: 1 pane", "")
