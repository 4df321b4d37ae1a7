"""A tmux server that has no session: with `exit-empty off`, or before its configuration has made one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.projects import Project
    from tests.support.server import Home, Server


@pytest.fixture
def empty(servers: Callable[..., Server]) -> Server:
    server = servers(conf="set -g exit-empty off\n")
    server.tmux("start-server")
    server.pid = int(server.tmux("display-message", "-p", "#{pid}"))
    return server


@pytest.mark.parametrize(
    "line",
    ["views", "list", "sweep", "find", "find --all", "reconcile", "status", "cleanup --dry-run", "monitor --once"],
)
def test_who_looks_sees_that_there_is_nothing(empty: Server, home: Home, line: str) -> None:
    done = home.viewsync(*line.split())
    assert (done.code, "no current target" in done.out + done.err) == (0, False), done
    assert empty.sessions() == []


@pytest.mark.parametrize(
    ("line", "code"), [("open --json x", 3), ("attach --json x", 3), ("capture -t x:0.0", 3), ("kill x", 2)]
)
def test_who_names_a_session_hears_that_it_is_not_there(empty: Server, home: Home, line: str, code: int) -> None:
    done = home.viewsync(*line.split())
    assert (done.code, "no current target" in done.out + done.err) == (code, False), done


def test_the_doctor_finds_nothing_wrong_with_it(empty: Server, home: Home) -> None:
    done = home.viewsync("doctor")
    assert "no current target" not in done.out + done.err, done


def test_it_gets_the_first_one(empty: Server, home: Home, project: Project) -> None:
    project.command("dev", "session: {windows: [{name: a}]}\n")
    assert home.viewsync("create", "-L", "default", "-n", "one").code == 0
    empty.tmux("kill-session", "-t", "=one:")
    done = home.viewsync("open", "--json", "--create", "two")
    assert done.code == 0, done
    for name in empty.sessions():
        empty.tmux("kill-session", "-t", f"={name}:")
    done = project.viewsync("run", "dev", "-L", "default", "--json")
    assert done.code == 0, done
    assert len(empty.sessions()) == 1


def test_a_row_of_a_session_that_it_lost_is_dead(empty: Server, home: Home) -> None:
    assert home.viewsync("create", "-L", "default", "-n", "one").code == 0
    empty.tmux("kill-session", "-t", "=one:")
    done = home.viewsync("cleanup")
    assert (done.code, home.registry()["sessions"]) == (0, {}), done


def test_a_row_of_a_view_that_it_lost_goes_and_nothing_else_does(empty: Server, home: Home) -> None:
    empty.tmux("new-session", "-d", "-s", "proj")
    view = home.viewsync("open", "--json", "--new", "proj").json()["view"]
    empty.remove_hooks()
    for name in (view, "proj"):
        empty.tmux("kill-session", "-t", f"={name}:")
    done = home.viewsync("sweep")
    assert (done.code, home.rows()) == (0, {}), done
    assert os.path.exists(empty.socket)
