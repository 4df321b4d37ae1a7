"""viewsync kill-session and cleanup-sessions: exactly what was meant ends, and nothing that somebody is on."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import ONE, ran, unstarted, with_dev
from tests.support.sessions import create, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home, Server

project, server = with_dev, unstarted


def test_it_ends_and_is_forgotten(project: Project, server: Server) -> None:
    server.start()
    ran(project, server, "dev")
    done = project.viewsync("kill-session", "myapp-main-dev")
    assert (done.code, done.out) == (0, "ended myapp-main-dev\n")
    assert (server.sessions(), rows(project.home)) == (["proj"], {})


def test_b3_no_session_whose_name_begins_so(project: Project, server: Server) -> None:
    ran(project, server, "dev", "name=dev2")
    done = project.viewsync("kill-session", "myapp-main-dev")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "there is no project session 'myapp-main-dev' (did you mean myapp-main-dev2?)" in done.err
    assert server.sessions() == ["myapp-main-dev2"]


@pytest.mark.parametrize("name", ["*dev*", "=myapp-main-dev", "$0", "@0", "myapp-main-dev:0", "", "{last}"])
def test_b4_no_pattern_and_no_target(project: Project, server: Server, name: str) -> None:
    ran(project, server, "dev")
    assert project.viewsync("kill-session", name).code == 3
    assert server.sessions() == ["myapp-main-dev"]


def test_b3_a_session_that_is_no_projects_is_left_to_kill(project: Project, server: Server) -> None:
    create(server, "web")
    assert project.viewsync("kill-session", "web").code == 3
    assert server.sessions() == ["web"]


def test_a_renamed_one_goes_by_either_name(project: Project, server: Server) -> None:
    server.start()
    ran(project, server, "dev")
    server.tmux("rename-session", "-t", "=myapp-main-dev", "renamed")
    server.tmux("new-session", "-d", "-s", "myapp-main-dev")
    assert project.viewsync("kill-session", "renamed").code == 0
    assert server.sessions() == ["proj", "myapp-main-dev"]


def test_its_views_go_with_it(project: Project, server: Server) -> None:
    server.start()
    ran(project, server, "dev")
    tab, _ = server.open("myapp-main-dev")
    done = project.viewsync("kill-session", "myapp-main-dev")
    assert done.code == 0, done
    assert server.sessions() == ["proj"]
    until(tab.ended, "the end of its tab")


def test_a_dry_run_only_tells(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    done = project.viewsync("kill-session", "myapp-main-dev", "--dry-run")
    assert done.out == "would end session myapp-main-dev\n"
    assert server.sessions() == ["myapp-main-dev"]


def test_one_that_is_gone_is_forgotten(project: Project, server: Server) -> None:
    server.start()
    ran(project, server, "dev")
    server.tmux("kill-session", "-t", "=myapp-main-dev")
    done = project.viewsync("kill-session", "myapp-main-dev")
    assert (done.code, done.out) == (0, "forgot myapp-main-dev, which was no longer running\n")
    assert rows(project.home) == {}


def test_b8_a_server_that_hangs_keeps_both(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    os.kill(server.pid, signal.SIGSTOP)
    done = project.viewsync("kill-session", "myapp-main-dev", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, signal.SIGCONT)
    assert done.code == 4
    assert (server.sessions(), list(rows(project.home))) == (["myapp-main-dev"], ["myapp-main-dev"])


def test_cleanup_ends_those_of_this_project_that_nobody_is_on(home: Home, project: Project, server: Server) -> None:
    server.start()
    other = Project(home, "myapp-main")
    other.command("dev", ONE)
    ran(other, server, "dev")
    for name in ("dev", "seen", "idle"):
        ran(project, server, "dev", f"name={name}")
    tab, view = server.open("myapp-main-seen")
    done = project.viewsync("cleanup-sessions", "--dry-run")
    told = [
        "would end myapp-main-dev",
        "would end myapp-main-idle",
        "would keep myapp-main-seen: somebody is attached to it",
    ]
    assert done.out.splitlines() == told
    done = project.viewsync("cleanup-sessions")
    assert done.code == 0, done
    assert done.out.splitlines() == [line.removeprefix("would ") for line in told]
    assert server.sessions() == ["proj", "myapp-main-main-dev", "myapp-main-seen", view]
    assert sorted(rows(home)) == ["myapp-main-main-dev", "myapp-main-seen"]
    assert not tab.ended()
    done = project.viewsync("cleanup-sessions", "--attached", "--json")
    assert [session["action"] for session in done.json()["sessions"]] == ["ended"]
    assert server.sessions() == ["proj", "myapp-main-main-dev"]


def test_cleanup_keeps_what_is_quarantined(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    assert project.viewsync("quarantine", "-s", "myapp-main-dev").code == 0
    assert project.viewsync("cleanup-sessions").out == "keep myapp-main-dev: quarantined\n"
    assert server.sessions() == ["myapp-main-dev"]


def test_b8_cleanup_of_a_server_that_hangs_ends_nothing(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    os.kill(server.pid, signal.SIGSTOP)
    done = project.viewsync("cleanup-sessions", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, signal.SIGCONT)
    assert done.code == 1
    assert (server.sessions(), list(rows(project.home))) == (["myapp-main-dev"], ["myapp-main-dev"])
