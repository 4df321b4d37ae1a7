"""Terminals that tmux refuses: its words stay readable in a tab that would close with them, and nothing is left."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import stays, until

if TYPE_CHECKING:
    from tests.support.server import Home, Server


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("no-such-terminal", "missing or unsuitable terminal: no-such-terminal"),
        ("unknown", "missing or unsuitable terminal: unknown"),
        ("dumb", "its screen cannot be cleared"),
        ("", "its screen cannot be cleared"),
        ("../x/xterm", "missing or unsuitable terminal: ../x/xterm"),
    ],
)
def test_what_tmux_says_of_a_terminal_that_it_refuses_stays(server: Server, home: Home, term: str, said: str) -> None:
    tab = home.tab("open", "-S", server.socket, "proj", env={"WEZTERM_PANE": "3", "TERM": term})
    until(lambda: "press Enter to close this tab" in tab.text(), "the error")
    assert f"tmux cannot use this terminal (TERM={term}): {said}" in " ".join(tab.text().split()), tab.text()
    stays(tab.ended, 0.3)
    assert (home.rows(), server.views()) == ({}, [])
    tab.type("\n")
    assert tab.wait() == 4


def test_tmux_itself_refuses_them(server: Server, home: Home) -> None:
    """Else the test above would hold without need."""
    for term in ("no-such-terminal", "unknown", "dumb", "", "../x/xterm"):
        tab = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"], env={"TERM": term})
        assert tab.wait() == 1, term


def test_a_terminal_that_is_known_in_the_users_folder_alone_is_taken(server: Server, home: Home) -> None:
    entry = subprocess.run(["infocmp", "xterm-256color"], capture_output=True, check=True, text=True).stdout
    path = os.path.join(home.path, "entry")
    with open(path, "w", encoding="utf-8") as file:
        file.write(entry.replace("xterm-256color|", "of-mine|", 1))
    for folder, variables in ((".terminfo", {}), ("elsewhere", {"TERMINFO_DIRS": f"{home.path}/elsewhere"})):
        subprocess.run(["tic", "-x", "-o", os.path.join(home.path, folder), path], check=True)
        tab, _ = server.open("proj", env={"TERM": "of-mine", **variables})
        tab.end()
        subprocess.run(["rm", "-r", os.path.join(home.path, folder)], check=True)


def test_a_terminal_whose_user_told_tmux_what_it_can_do_is_taken(server: Server) -> None:
    server.tmux("set-option", "-sa", "terminal-overrides", ",dumb:clear=x:cup=y")
    server.open("proj", env={"TERM": "dumb"})
