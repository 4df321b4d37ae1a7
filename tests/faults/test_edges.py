"""Every verb on every edge: without a folder to be in, without standard files, without a home."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import read
from tests.support import edges
from tests.support.edges import CLOSED, FULL, HUNG_UP, Edge
from tests.support.projects import in_git
from tests.support.sessions import create, listed
from viewsync.cli import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support.projects import Project
    from tests.support.server import Done, Server

project = in_git
OF_THE_FOLDER = [
    line
    for line in edges.CALLS
    if line.split()[0] in ("run", "print", "list-sessions", "worktree", "trust", "import", "restore-registry")
    or line in ("reset-sessions", "cleanup-sessions")
]
# Beside what such a verb ends with where nothing is unusual.
EDGES: dict[str, tuple[Edge, Mapping[str, int]]] = {
    "a removed folder": (
        Edge(gone=True),
        {**dict.fromkeys(OF_THE_FOLDER, 1), **{line: 3 for line in edges.CALLS if "PROJECT" in line}},
    ),
    "all closed": (Edge(files={"0": CLOSED, "1": CLOSED, "2": CLOSED}), {}),
    "no reader": (Edge(files={"1": HUNG_UP, "2": HUNG_UP}), {"follow -s web -T 0.1": 0}),
    "no room": (Edge(files={"1": FULL, "2": FULL}), {"follow -s web -T 0.1": 74}),
}


class World:
    def __init__(self, server: Server, project: Project, view: str) -> None:
        self.server = server
        self.project = project
        self.names = {"SOCKET": server.socket, "VIEW": view, "PROJECT": "myapp-main-dev"}

    def call(self, line: str, edge: Edge, **env: str) -> Done:
        words = [self.names.get(word, word) for word in line.split()]
        home = self.project.home
        return edges.call(home, words, edge, f"{home.path}/gone" if edge.gone else self.project.root, env)


@pytest.fixture
def world(server: Server, servers: Callable[..., Server], project: Project) -> Iterator[World]:
    project.command("plain", "session:\n  windows:\n    - name: one\n")
    create(server, "web", "-e", "PS1=$ ", "--", "sh")
    second = servers("second")
    yield World(server, project, project.viewsync("open", "--json", "-S", server.socket, "proj").json()["view"])
    done = second.run("display-message", "-p", "#{pid}")
    second.pid = 0 if done.code else int(done.out)


def test_each_verb_is_called() -> None:
    assert {line.split()[0] for line in edges.CALLS} >= set(COMMANDS)


@pytest.mark.parametrize("name", EDGES)
def test_a_verb_does_what_it_can_and_says_the_rest_in_a_line(world: World, name: str) -> None:
    edge, special = EDGES[name]
    seen, wanted = {}, {}
    for line in edges.CALLS:
        done = world.call(line, edge)
        assert "Traceback" not in done.err + done.out, (line, done)
        assert all(told.startswith("viewsync: ") for told in done.err.splitlines()), (line, done)
        seen[line], wanted[line] = done.code, special.get(line, edges.CODES.get(line, 0))
        if FULL in edge.files.values() and done.code == 74:  # nothing is said by some
            wanted[line] = 74
    assert seen == wanted
    assert "web" in listed(world.project.home)  # nothing that was not asked for
    log = os.path.join(world.project.home.state, "log", "viewsync.log")
    assert not os.path.exists(log) or "a bug" not in read(log)
