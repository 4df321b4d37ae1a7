"""viewsync run --as and --no-startup: a command under another name, and without its steps."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import ran, shown, unstarted
from tests.support.sessions import note_pid

if TYPE_CHECKING:
    from tests.support.server import Home, Server

server = unstarted

DEV = "session: {windows: [{name: a}]}\n"


def test_it_is_a_session_of_its_own_beside_the_usual_one(project: Project, server: Server) -> None:
    project.command("dev", DEV)
    second = ran(project, server, "dev", "--as", "My second")
    assert (second["name"], second["action"]) == ("My second", "created")
    first = ran(project, server, "dev")
    assert (first["name"], first["action"]) == ("myapp-main-dev", "created")
    again = ran(project, server, "dev", "--as=My second")
    assert (again["session_id"], again["action"]) == (second["session_id"], "reused")
    assert ran(project, server, "dev", "--as", "myapp-main-dev")["session_id"] == first["session_id"]
    server.tmux("rename-window", "-t", "=My second:a", "b")
    assert "see `viewsync run dev --as 'My second' --diff`" in project.viewsync("run", "dev", "--as", "My second").out
    assert ran(project, server, "dev", "--as", "My second", "--apply")["changed"]
    assert project.viewsync("print", "dev", "--as", "third").out.startswith("session    third\n")
    assert server.sessions() == ["My second", "myapp-main-dev"]


def test_a_name_that_another_session_has_is_refused(home: Home, project: Project, server: Server) -> None:
    project.command("dev", DEV)
    other = Project(home, "other")
    other.command("dev", DEV)
    ran(other, server, "dev")
    server.tmux("new-session", "-d", "-s", "plain")
    before = shown(server, "#{pane_id}")
    for name in ("other-main-dev", "plain"):
        for words in ([], ["--diff"], ["--apply"]):
            done = project.viewsync("run", "dev", "--as", name, *words)
            assert (done.code, f"another session is called {name!r}" in done.err) == (1, True), done
    assert shown(server, "#{pane_id}") == before
    assert ran(project, server, "dev")["name"] == "myapp-main-dev"


@pytest.mark.parametrize("second", ["dev", "other"])
def test_of_two_at_once_one_makes_the_session(home: Home, project: Project, server: Server, second: str) -> None:
    project.command("dev", DEV)
    project.command("other", DEV.replace("session: {", "session: {task: other, "))
    argv = [[home.launcher, "run", name, "--as", "one", "--json"] for name in ("dev", second)]
    both = [subprocess.Popen(words, env=home.env, cwd=project.root, stdout=subprocess.PIPE) for words in argv]
    for process in both:
        process.communicate()
    note_pid(server)
    assert sorted(process.returncode for process in both) == ([0, 0] if second == "dev" else [0, 1])
    assert shown(server, "#{session_name} #{window_name} #{pane_index}") == ["one a 0"]


@pytest.mark.parametrize("name", ["a:b", "", "=x", "x" * 61, " x", "a\tb"])
def test_a_name_that_no_session_can_have(project: Project, server: Server, name: str) -> None:
    project.command("dev", DEV)
    done = project.viewsync("run", "dev", "--as", name)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1), done
    assert done.err.startswith(("viewsync: a session cannot be called", "viewsync: --as takes a session's name"))
    assert server.run("has-session").code == 1


STEPS = """session:
  pre_create_steps: [{run: 'echo before {{session_name}} >>log'}]
  post_create_steps: [{run: 'echo after >>log'}]
"""


def test_steps_that_have_the_name_are_trusted_with_it(project: Project, server: Server) -> None:
    project.command("dev", STEPS)
    assert project.viewsync("trust", "dev", "--yes").code == 0
    done = project.viewsync("run", "dev", "--as", "one")
    assert (done.code, "`viewsync trust dev --as one` shows them" in done.err) == (1, True), done
    assert project.viewsync("trust", "dev", "--as", "one", "--yes").code == 0
    ran(project, server, "dev", "--as", "one")
    with open(os.path.join(project.root, "log"), encoding="utf-8") as file:
        assert file.read() == "before one\nafter\n"


def test_without_its_steps_a_session_needs_no_trust_of_them(project: Project, server: Server) -> None:
    project.command("dev", STEPS)
    made = ran(project, server, "dev", "--no-startup")
    assert (made["action"], made["steps"]) == ("created", [])
    assert ran(project, server, "dev")["action"] == "reused"
    assert not os.path.exists(os.path.join(project.root, "log"))
    project.command("other", STEPS + "  task: other\n  cleanup_steps: [{run: 'true'}]\n")
    done = project.viewsync("run", "other", "--no-startup")
    assert (done.code, "are not trusted yet" in done.err) == (1, True)
    assert server.sessions() == ["myapp-main-dev"]
