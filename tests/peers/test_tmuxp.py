"""Files as people write them for tmuxp, one for each thing that they say or leave out: what comes of them by tmuxp
itself, and imported and run by viewsync, is the same.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.peers import compare
from tests.support.server import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.projects import Project
    from tests.support.server import Home, Server

TMUXP = shutil.which("tmuxp", path=os.path.join(ROOT, ".venv-peers", "bin"))
FILES = os.path.join(os.path.dirname(__file__), "tmuxp")


@pytest.fixture
def project(home: Home) -> Project:
    return compare.project(home)


@pytest.mark.skipif(not TMUXP, reason="tmuxp is not there")
@pytest.mark.parametrize("name", sorted(os.listdir(FILES)))
def test_it_comes_out_the_same(
    name: str, project: Project, servers: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    case = compare.case(project, os.path.join(FILES, name))
    server = servers("theirs")
    argv = [str(TMUXP), "load", "-d", "-y", "-S", server.socket, "-f", "/dev/null", case.path]
    done = project.home.call(argv, project.home.env, cwd=project.root)
    assert done.code == 0, done
    theirs = compare.snapshot(project, server, case.lines)
    ours, told = compare.imported(project, servers("ours"), case)
    compare.hold("tmuxp", record_property, case, theirs, ours, told)
