"""Where no tmux server runs, only what makes a session starts one: everything else says what it found."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.projects import Project
from tests.support.server import Home, Server, alive
from tests.support.sessions import create
from tests.support.wait import until
from viewsync.cli import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

# What each verb is asked, SOCKET and VIEW for the ones of the server that is gone.
ASKED: dict[str, list[list[str]]] = {
    "adopt": [["myapp-main-dev", "-S", "SOCKET"]],
    "analyze": [[]],
    "attach": [["myapp-main-dev"], ["web", "-S", "SOCKET"]],
    "backup": [[]],
    "capture": [["-s", "web"], ["-t", "web:0.0", "-S", "SOCKET"]],
    "cleanup": [["--views"], ["--views", "--socket", "default"], ["--all", "--dry-run"], []],
    "cleanup-sessions": [[]],
    "copy": [["dev", "other"]],
    "doctor": [[], ["--fix"]],
    "edit": [["dev"]],
    "events": [[], ["-s", "web"]],
    "exec": [["-s", "web", "--", "true"]],
    "find": [["-S", "SOCKET"], ["-A"]],
    "follow": [["-s", "web", "-T", "1"]],
    "freeze": [["myapp-main-dev"]],
    "health": [["-s", "web"], ["-t", "web:0.0", "-S", "SOCKET"]],
    "heartbeat": [["-s", "web"]],
    "hook": [[], ["session-closed"]],
    "info": [["myapp-main-dev"], ["web", "-S", "SOCKET"]],
    "install": [["--here"], []],
    "kill": [["-s", "web"], ["-t", "web:0.0", "-S", "SOCKET"]],
    "kill-session": [["myapp-main-dev"]],
    "list": [[]],
    "list-sessions": [[]],
    "monitor": [["--once"]],
    "new": [["fresh"], ["taken", "--from", "myapp-main-dev"]],
    "open": [["proj", "-S", "SOCKET"], ["--json", "proj", "-S", "SOCKET"]],
    "pick": [["--json"]],
    "pin": [["VIEW", "-S", "SOCKET"]],
    "print": [["dev"]],
    "quarantine": [["-s", "web"]],
    "reconcile": [["--report"], ["--repair"]],
    "registry": [["cleanup-dead"]],
    "release": [["-s", "web"]],
    "remove": [["nothing", "--yes"]],
    "rename": [["-s", "web", "-n", "net"]],
    "reset-sessions": [[]],
    "restore": [["--plan"], []],
    "run": [["dev", "--diff"]],
    "send": [["-s", "web", "-c", "ls"], ["-t", "web:0.0", "-S", "SOCKET", "-c", "ls"]],
    "session-info": [["myapp-main-dev"]],
    "stats": [[]],
    "status": [[]],
    "stop": [[], ["dev"]],
    "sweep": [["--dry-run"], []],
    "uninstall": [[]],
    "views": [[], ["-S", "SOCKET"]],
    "wait": [["-s", "web", "-p", "x", "-T", "1"]],
    "worktree": [["list"]],
}
# They read or write files alone, run on, or have a server of their own; `create` starts one: see the last test.
OTHERS = {"completion", "create", "demo", "import", "mcp", "restore-registry", "schema", "sweeper", "trust"}


class Gone(NamedTuple):
    """A server that has been, whose sessions and view are in the registry. A new one would write `started`."""

    project: Project
    socket: str
    view: str
    started: str


@pytest.fixture(scope="module")
def past() -> Iterator[Gone]:
    home = Home()
    server, project = Server(home), Project(home)
    create(server, "web")
    server.tmux("new-session", "-d", "-s", "proj")
    project.command("dev", "session:\n  windows:\n    - name: one\n")
    assert project.viewsync("run", "dev", "-S", server.socket).code == 0
    view = str(home.viewsync("open", "--json", "--new", "-S", server.socket, "proj").json()["view"])
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not alive(server.pid), "the end of the server")
    started = os.path.join(home.path, "started")
    with open(os.path.join(home.path, ".tmux.conf"), "w", encoding="utf-8") as file:
        file.write(f"run-shell 'echo x >> {started}'\n")
    shutil.copytree(home.state, f"{home.state}-then")
    yield Gone(project, server.socket, view, started)
    home.remove()


@pytest.fixture(params=["stale", "missing"])
def gone(past: Gone, request: pytest.FixtureRequest) -> Gone:
    """As it was when the server had just gone, with its socket or without."""
    state = past.project.home.state
    until(lambda: not past.project.home.processes(), "the end of what the verb before has started")
    shutil.rmtree(state)
    shutil.copytree(f"{state}-then", state)
    if request.param == "missing" and os.path.lexists(past.socket):
        os.rename(past.socket, f"{state}-socket")
    if request.param == "stale" and not os.path.lexists(past.socket):
        os.rename(f"{state}-socket", past.socket)
    return past


def sockets(gone: Gone) -> list[tuple[str, int]]:
    folder = os.path.dirname(gone.socket)
    return sorted((name, os.lstat(os.path.join(folder, name)).st_ino) for name in os.listdir(folder))


def test_every_verb_is_asked() -> None:
    assert set(ASKED) | OTHERS == set(COMMANDS)
    assert not set(ASKED) & OTHERS


@pytest.mark.parametrize("verb", sorted(ASKED))
def test_a_verb_starts_no_server(gone: Gone, verb: str) -> None:
    before = sockets(gone)
    for words in ASKED[verb]:
        said = [word.replace("SOCKET", gone.socket).replace("VIEW", gone.view) for word in words]
        done = gone.project.viewsync(verb, *said, env={"TMUX": f"{gone.socket},1,0"})
        assert "--help`" not in done.err
        assert (sockets(gone), os.path.exists(gone.started)) == (before, False), done


def test_what_makes_a_session_does_and_would_be_seen(gone: Gone) -> None:
    server = Server(gone.project.home)
    create(server, "fresh")
    try:
        until(lambda: os.path.exists(gone.started), "the configuration of the new server")
    finally:
        server.stop()
        os.unlink(gone.started)
