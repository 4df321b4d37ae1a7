"""The server that a project's file names: `run` makes the session there, and every other verb finds it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import in_git

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.projects import Project
    from tests.support.server import Home, Server

NAME = "myapp-main-dev"
project = in_git


@pytest.fixture
def named(servers: Callable[..., Server]) -> Server:
    """The one that `-L named` means in this home."""
    return servers("named")


def test_each_verb_finds_the_session_there(named: Server, servers: Callable[..., Server], project: Project) -> None:
    project.command("dev", "worktree: {branch: topic}\nsession: {socket_name: named, windows: [{name: editor}]}")
    name = "myapp-topic-dev"
    assert f"server     {named.socket}" in project.viewsync("print", "dev").out
    done = project.viewsync("run", "dev")
    assert done.code == 0, done
    named.pid = int(named.tmux("display-message", "-p", "#{pid}"))
    assert named.sessions() == [name]
    assert project.viewsync("run", "dev").out.startswith(f"{name}: reused")
    assert project.viewsync("run", "dev", "--diff").code == 0
    for words in (("status",), ("status", "--here"), ("list",), ("info", name), ("attach", name), ("freeze", name)):
        found = project.viewsync(*words, "--json")
        assert (found.code, named.socket in found.out) == (0, True), words
    other = servers("other")
    done = project.viewsync("run", "dev", "-S", other.socket)  # what is said by hand comes before the file
    other.pid = int(other.tmux("display-message", "-p", "#{pid}"))
    assert (done.code, other.sessions()) == (0, [f"{name}-2"])
    assert project.viewsync("worktree", "remove", "topic").code == 0
    assert (named.sessions(), other.sessions()) == ([], [])


def test_without_a_row_it_is_found_by_who_asks_for_this_project(named: Server, project: Project) -> None:
    project.settings("sessions: {socket_path: '~/tmux-named'}")
    project.command("dev", f"session: {{socket_path: {named.socket}, windows: [{{name: editor}}]}}")
    assert project.viewsync("run", "dev").code == 0
    named.pid = int(named.tmux("display-message", "-p", "#{pid}"))
    os.unlink(os.path.join(project.home.state, ".sessions.json"))
    assert project.viewsync("status", "--json").json()["total"] == 0
    assert project.viewsync("status", "--here", "--json").json()["sessions"][0]["socket"] == named.socket
    for words in ((), ("dev",)):
        assert NAME in project.viewsync("stop", *words, "--dry-run").out
    assert project.viewsync("reset-sessions").code == 0
    assert project.viewsync("status", "--json").json()["total"] == 1
    assert project.viewsync("run", "dev").out.startswith(f"{NAME}: reused")
    assert project.viewsync("stop").code == 0
    assert named.sessions() == []


def test_in_tmux_the_file_comes_before_the_server_that_one_is_in(server: Server, project: Project) -> None:
    project.settings("sessions: {socket_name: work}")
    project.command("dev", "session: {}")
    inside = {"TMUX": f"{server.socket},{server.pid},0"}
    assert project.viewsync("print", "dev", "--json", env=inside).json()["socket"].endswith("/work")
    project.command("dev", "session: {socket_path: ./own.sock}")
    found = project.viewsync("print", "dev", "--json", env=inside).json()["socket"]
    assert found == os.path.join(project.root, "own.sock")
    project.command("dev", "session: {socket_name: '{{user}}'}")
    assert project.viewsync("print", "dev", "--json", env={"USER": "me"}).json()["socket"].endswith("/me")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "session:\n  socket_name: a/b\n",
            "dev.yaml:2: socket_name takes a name, not a path: 'a/b' (write socket_path)",
        ),
        ("session:\n  socket_name: ..\n", "dev.yaml:2: socket_name: "),
        ("session:\n  socket_name: a\n  socket_path: b\n", "dev.yaml:3: socket_name and socket_path name two servers"),
        (f"session:\n  socket_path: {'x' * 120}\n", "dev.yaml:2: socket_path: the socket's path has"),
        ("session:\n  socket_path: .viewsync/commands/dev.yaml\n", "dev.yaml is no socket"),
    ],
)
def test_what_can_be_no_server_is_told_with_its_line(project: Project, text: str, said: str) -> None:
    project.command("dev", text)
    done = project.viewsync("run", "dev")
    assert (done.code, said in done.err, done.err.count("\n")) == (1, True, 1), done


def test_python_runs_it_there_too(named: Server, project: Project, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from viewsync import SessionLifecycleManager

    project.command("dev", "session: {socket_name: named}")
    monkeypatch.chdir(project.root)
    made = SessionLifecycleManager(env=home.env).run("dev")
    named.pid = int(named.tmux("display-message", "-p", "#{pid}"))
    assert (made.socket, made.name) == (named.socket, NAME)
