"""Files as people write them for tmuxinator: what comes of them by tmuxinator itself, where the machine has it, and
imported and run by viewsync, is the same.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.peers import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.projects import Project
    from tests.support.server import Home, Server

TMUXINATOR = shutil.which("tmuxinator")
FILES = os.path.join(os.path.dirname(__file__), "tmuxinator")


@pytest.fixture
def project(home: Home) -> Project:
    return compare.project(home)


@pytest.mark.skipif(not TMUXINATOR, reason="tmuxinator is not there")
@pytest.mark.parametrize("name", sorted(os.listdir(FILES)))
def test_it_comes_out_the_same(
    name: str, project: Project, servers: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    case = compare.case(project, os.path.join(FILES, name))
    # It asks for the server's options before there is one, and lets the user's own configuration be read.
    server = servers(case.server or "default")
    if case.server:  # with the configuration that it names; its own `start-server` may have ended before its next words
        conf = os.path.join(project.home.path, "own.conf")
        begun = project.home.run(["tmux", "-S", server.socket, "-f", conf, "new-session", "-d", "-s", "other"])
        assert begun.code == 0, begun
    else:
        server.start("-s", "other").tmux("set-option", "-g", "default-size", "200x50")
    _sized(server, "set-option -g window-size manual")
    done = project.home.call(
        [str(TMUXINATOR), "start", "-p", case.path, "--no-attach"], project.home.env, cwd=project.root
    )
    assert done.code == 0, done
    _sized(server, "set-option -g -u window-size")
    server.run("kill-session", "-t", "=other")
    # It types a `cd` where the first window has a folder. A pane's name is a title from 3.1 on alone.
    first = "root:" in case.text
    theirs = compare.snapshot(project, server, case.lines + first)
    ours, told = compare.imported(project, servers(case.server or "ours"), case)
    if first:
        cd, theirs["pane 0.0 typed"] = theirs["pane 0.0 typed"].removeprefix("cd ").split("\n", 1)
        theirs["pane 0.0 pane_current_path"] = cd
    for found in (theirs, ours):
        for title in [key for key in found if key.endswith("pane_title")]:
            del found[title]
    compare.hold("tmuxinator", record_property, case, theirs, ours, told)


def _sized(server: Server, command: str) -> None:
    """tmuxinator names no size, and gives tmux no terminal. 3.2a takes 80x24 then, less the status line, and the size
    that the options name only with this. Newer ones do not need it, and some of them end by it at a new window.
    """
    server.tmux("if-shell", "-F", "#{m:3.2*,#{version}}", command)
