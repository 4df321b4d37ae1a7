"""viewsync status and list-sessions: what runs, in one tmux call a server, and never an error taken for nothing."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING, Any

from tests.support.projects import Project
from tests.support.running import ONE, ran, unstarted, with_dev
from tests.support.sessions import by_jq, count, counting_tmux, note_pid, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server

project, server = with_dev, unstarted


def status(project: Project, *words: str) -> dict[str, Any]:
    """By name."""
    done = project.viewsync("status", "--json", *words)
    assert done.code == 0, done
    return {session["name"]: session for session in done.json()["sessions"]}


def test_l1_all_sessions_of_all_projects(home: Home, project: Project, server: Server) -> None:
    other = Project(home, "other")
    other.command("dev", "session:\n  windows:\n    - name: a\n    - name: b\n")
    ran(project, server, "dev")
    ran(other, server, "dev")
    server.tmux("new-session", "-d", "-s", "myapp-main-mine")
    found = status(project)
    assert sorted(found) == ["myapp-main-dev", "other-main-dev"]
    one = found["other-main-dev"]
    assert (one["project"], one["worktree"], one["task"], one["command"]) == ("other", "main", "dev", "dev")
    assert (one["status"], one["windows"], one["panes"], one["attached"]) == ("alive", 2, 2, False)
    assert (one["root"], one["registered"], one["age"] < 60, one["idle"] < 60) == (other.root, True, True, True)
    lines = project.viewsync("status").out.splitlines()
    assert lines[0].split() == ["NAME", "PROJECT", "WORKTREE", "TASK", "STATUS", "WINDOWS", "ATTACHED", "AGE", "ACTIVE"]
    assert lines[-1] == "Total: 2 | Alive: 2 | Attached: 0"


def test_b7_the_current_project_is_known_by_its_folder(home: Home, project: Project, server: Server) -> None:
    longer, twin = Project(home, "myapp-main"), Project(home, "elsewhere/myapp")
    for other in (longer, twin):
        other.command("dev", ONE)
        ran(other, server, "dev")
    ran(project, server, "dev")
    server.tmux("rename-session", "-t", "=myapp-main-dev", "my-cool-app-feature-auth-dev")
    os.makedirs(os.path.join(project.root, "deep", "er"))
    done = project.viewsync("list-sessions", "--json", cwd=os.path.join(project.root, "deep", "er"))
    (one,) = done.json()["sessions"]
    assert one["root"] == project.root
    assert len(status(project)) == 3


def test_outside_of_a_project_there_is_no_current_one(home: Home, project: Project) -> None:
    done = project.viewsync("list-sessions", cwd=home.path)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "not in a project" in done.err


def test_b5_two_clients_are_attached(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    for _ in range(2):
        tab = server.home.program(["tmux", "-S", server.socket, "attach", "-t", "=myapp-main-dev"])
        until(lambda at=tab: server.clients().get(at.pid), "a client")  # type: ignore[misc]
    assert status(project)["myapp-main-dev"]["attached"] is True


def test_b5_whoever_is_on_a_view_is_on_the_session(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    _, view = server.open("myapp-main-dev")
    assert server.show("=myapp-main-dev:", "#{session_attached}") == "0"
    one = status(project)["myapp-main-dev"]
    assert one["attached"] is True
    assert [(entry["name"], entry["attached"]) for entry in one["views"]] == [(view, True)]
    assert list(status(project)) == ["myapp-main-dev"]


def test_b8_a_server_that_hangs_is_not_an_empty_one(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    os.kill(server.pid, signal.SIGSTOP)
    env = {"VIEWSYNC_TMUX_TIMEOUT": "0.3"}
    try:
        for verb in ("status", "list-sessions"):
            done = project.viewsync(verb, env=env)
            assert (done.code, "did not answer" in done.err, "unknown" in done.out) == (1, True, True)
        by_jq(project.home, ".sessions = {}")
        done = project.viewsync("status", env=env)
        assert (done.code, done.out) == (1, "")
    finally:
        os.kill(server.pid, signal.SIGCONT)


def test_b8_a_registry_that_cannot_be_read_is_not_an_empty_one(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    with open(os.path.join(project.home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write("{")
    done = project.viewsync("status")
    assert (done.code, done.out) == (1, "")


def test_a_session_that_was_ended_from_outside_is_gone(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    ran(project, server, "dev", "name=other")
    server.tmux("kill-session", "-t", "=myapp-main-dev")
    assert status(project)["myapp-main-dev"]["status"] == "missing"
    told = project.viewsync("status").out
    assert "gone" in told
    assert "`viewsync cleanup` forgets" in told
    assert "`viewsync cleanup` forgets" in project.viewsync("list-sessions").out
    assert project.viewsync("cleanup").code == 0
    assert list(status(project)) == ["myapp-main-other"]
    server.stop()
    assert status(project)["myapp-main-other"]["status"] == "server"


def test_a_worktree_that_was_removed_by_hand_is_told(project: Project, server: Server) -> None:
    project.repository()
    project.command("tree", "worktree: {branch: one}\nsession: {}")
    ran(project, server, "tree")
    assert status(project)["myapp-one-dev"]["worktree_gone"] is False
    assert "(gone)" not in project.viewsync("status").out
    shutil.rmtree(status(project)["myapp-one-dev"]["worktree_path"])
    assert status(project)["myapp-one-dev"]["worktree_gone"] is True
    assert status(project)["myapp-one-dev"]["status"] == "alive"
    told = project.viewsync("status").out
    assert "one (gone)" in told
    assert "`viewsync worktree remove BRANCH` ends" in told
    assert "one (gone)" in project.viewsync("session-info", "myapp-one-dev").out
    assert project.viewsync("worktree", "remove", "one").code == 0
    assert "myapp-one-dev" not in status(project)


def test_a_pane_that_is_closed_does_not_make_its_session_dead(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    server.tmux("split-window", "-d", "-t", "=myapp-main-dev:")
    server.tmux("kill-pane", "-t", rows(project.home)["myapp-main-dev"]["pane_id"])
    assert status(project)["myapp-main-dev"]["status"] == "alive"


def test_one_call_of_tmux_however_many_sessions(project: Project, server: Server) -> None:
    server.start()
    for number in range(5):
        ran(project, server, "dev", f"name=t{number}")
    env, log = counting_tmux(project.home)
    assert project.viewsync("status", env=env).code == 0
    assert count(log) == 1


def test_nothing_that_status_does_needs_libtmux_or_yaml(project: Project, server: Server) -> None:
    from tests.test_hot_path import imported

    ran(project, server, "dev")
    note_pid(server)
    assert (
        imported(project.home, "status", "--json") & {"libtmux", "yaml", "jinja2", "psutil", "sqlite3", "rich"} == set()
    )
