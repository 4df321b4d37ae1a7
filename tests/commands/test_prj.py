"""The reference's workflows, by the name that it uses: `prj run ...`."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import environment, shown, unstarted
from tests.support.sessions import note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server

    Prj = Callable[..., str]


@pytest.fixture
def project(home: Home) -> Project:
    return Project(home, "myproject", ".prj")


server = unstarted


@pytest.fixture
def prj(project: Project, server: Server) -> Prj:
    """What `prj WORDS` prints, called in the project by a link to the launcher."""
    link = os.path.join(project.home.path, "prj")
    os.symlink(project.home.launcher, link)

    def call(*words: str) -> str:
        done = subprocess.run(
            [link, *words], cwd=project.root, env=project.home.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done
        if words[0] == "run":
            note_pid(server)
        return done.stdout

    return call


def test_m1_one_command_does_what_three_lines_of_tmux_did(project: Project, server: Server, prj: Prj) -> None:
    """A session in the project's folder, NODE_ENV in it, and the program typed."""
    project.command(
        "start-dev",
        "environment:\n  NODE_ENV: development\n"
        "session:\n  windows:\n    - {name: main, command: 'echo at $NODE_ENV'}\n",
    )
    prj("run", "start-dev")
    assert server.sessions() == ["myproject-main-dev"]
    (pane,) = shown(server, "#{pane_pid} #{session_path}")
    pid, _, folder = pane.partition(" ")
    assert (folder, environment(int(pid))["NODE_ENV"]) == (project.root, "development")
    until(lambda: "at development" in server.tmux("capture-pane", "-p").splitlines(), "its answer")


def test_the_tasks_of_one_project(project: Project, server: Server, prj: Prj) -> None:
    for task in ("frontend", "backend", "database"):
        project.command(f"start-{task}", f"session:\n  task: {task}\n")
        prj("run", f"start-{task}")
    names = ["myproject-main-backend", "myproject-main-database", "myproject-main-frontend"]
    assert sorted(server.sessions()) == names
    assert [line.split()[0] for line in prj("list-sessions").splitlines()[1:4]] == names


def test_a_feature_with_its_worktree(project: Project, server: Server, prj: Prj) -> None:
    project.repository()
    project.command("feature-branch", "worktree:\n  branch: '{{branch}}'\n  base_branch: main\nsession: {}\n")
    prj("run", "feature-branch", "branch=user-auth")
    worktree = os.path.join(os.path.dirname(project.root), "worktrees", "myproject-user-auth")
    assert server.sessions() == ["myproject-user-auth-dev"]
    assert os.path.isfile(os.path.join(worktree, ".git"))
    assert shown(server, "#{pane_current_path}") == [worktree]
    assert "myproject-user-auth-dev" in prj("status")
    prj("kill-session", "myproject-user-auth-dev")
    assert "No sessions" in prj("list-sessions")


def test_a_review(project: Project, server: Server, prj: Prj) -> None:
    project.command("review-pr", "session:\n  name_template: '{{project}}-review-pr{{pr}}-review'\n")
    prj("run", "review-pr", "pr=456")
    assert server.sessions() == ["myproject-review-pr456-review"]
    assert "456" in prj("session-info", "myproject-review-pr456-review")
    prj("cleanup-sessions")
    assert server.sessions() == []
    assert "sessions created 1" in prj("stats", "sessions")
