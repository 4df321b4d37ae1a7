"""viewsync reset-sessions, session-info and attach."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.running import FOUR, ran, unstarted
from tests.support.sessions import by_jq, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server


server = unstarted


@pytest.fixture
def project(project: Project) -> Project:
    project.command("dev", FOUR)
    return project


def test_r1_rows_of_sessions_that_are_gone_are_forgotten_and_nothing_is_ended(project: Project, server: Server) -> None:
    server.start()
    ran(project, server, "dev")
    ran(project, server, "dev", "task=two")
    server.tmux("kill-session", "-t", "=myapp-main-dev")
    before = server.pane_pids()
    done = project.viewsync("reset-sessions", "--dry-run")
    told = ["would forget myapp-main-dev: its session is gone", "would keep myapp-main-two: in order"]
    assert done.out.splitlines() == told
    assert len(rows(project.home)) == 2
    assert project.viewsync("reset-sessions").code == 0
    assert (list(rows(project.home)), server.pane_pids()) == (["myapp-main-two"], before)


def test_r1_a_session_without_a_row_gets_one(project: Project, server: Server) -> None:
    made = ran(project, server, "dev")
    was = rows(project.home)["myapp-main-dev"]
    by_jq(project.home, ".sessions = {}")
    assert project.viewsync("reset-sessions").out == "register myapp-main-dev: no row names it\n"
    row = rows(project.home)["myapp-main-dev"]
    assert row["session_id"] == made["session_id"]
    assert row["project"] == {key: was["project"][key] for key in row["project"]}
    assert (row["type"], "state" in row) == ("project", False)
    assert ran(project, server, "dev")["action"] == "reused"


def test_r1_a_row_that_was_left_half_made_is_completed(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    was = rows(project.home)["myapp-main-dev"]
    by_jq(
        project.home,
        '.sessions["myapp-main-dev"] |= (del(.session_id, .pane_id, .server) + {"state": "creating", "maker": 1, '
        '"maker_start": 1})',
    )
    assert project.viewsync("reset-sessions").code == 0
    assert rows(project.home)["myapp-main-dev"] == was


def test_info_tells_all(project: Project, server: Server) -> None:
    made = ran(project, server, "dev")
    done = project.viewsync("session-info", "myapp-main-dev", "--json")
    told = done.json()
    assert (told["name"], told["session_id"], told["folder"]) == ("myapp-main-dev", made["session_id"], project.root)
    assert [(window["name"], len(window["panes"]), window["planned"]) for window in told["windows"]] == [
        ("editor", 1, True),
        ("server", 2, True),
        ("tests", 1, True),
        ("logs", 1, True),
    ]
    assert told["file"] == os.path.join(project.root, ".viewsync/commands/dev.yaml")
    lines = project.viewsync("session-info", "myapp-main-dev").out.splitlines()
    assert lines[0] == "myapp-main-dev"
    assert "  0: editor*" in lines


def test_info_of_one_that_is_gone(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    server.stop()
    told = project.viewsync("session-info", "myapp-main-dev", "--json").json()
    assert (told["status"], told["windows"], told["project"]) == ("server", [], "myapp")


def test_attach_opens_a_view(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    tab = server.home.tab("attach", "myapp-main-dev")
    view = until(lambda: server.clients().get(tab.pid) or (tab.ended() and tab.text()), "a client")
    assert str(view).startswith("myapp-main-dev-view-")


def test_attach_without_a_terminal_is_an_error(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    done = project.viewsync("attach", "myapp-main-dev")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "no terminal" in done.err
    assert project.viewsync("attach", "myapp-main-dev", "--json").json()["name"] == "myapp-main-dev"


def test_b3_attach_takes_no_prefix(project: Project, server: Server) -> None:
    ran(project, server, "dev")
    assert project.viewsync("attach", "myapp-main").code == 3


def test_a_link_named_prj_is_viewsync(project: Project, server: Server, home: Home) -> None:
    os.symlink(home.launcher, os.path.join(home.path, "prj"))
    home.launcher = os.path.join(home.path, "prj")
    ran(project, server, "dev")
    done = project.viewsync("status")
    assert "myapp-main-dev" in done.out
    assert "usage: prj status" in project.viewsync("status", "--help").out
