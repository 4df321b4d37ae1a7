"""Cleanup steps wait for the end of the work, whatever shows it by then, and of a session that was kept after them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.projects.test_ending import BOTH, FILE, NAME, cleaned_up, no_hook, pending
from tests.projects.test_steps import read, start
from tests.support.projects import in_git
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

project = in_git


def waits(project: Project) -> None:
    """Neither what tmux calls, nor a sweep, runs them."""
    project.home.viewsync("hook", "ended")
    assert project.home.viewsync("sweep").code == 0
    assert stays(lambda: read(project, "cleaned"), 0.4) == ""
    assert len(pending(project.home)) == 1


def test_one_that_was_renamed_and_grouped_anew(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    server.tmux("rename-session", "-t", f"={NAME}", "work")
    server.tmux("new-session", "-d", "-t", "=work", "-s", "other")
    server.tmux("kill-session", "-t", "=work")
    waits(project)
    server.tmux("kill-session", "-t", "=other")
    assert home.viewsync("sweep").code == 0
    cleaned_up(project)


def test_one_whose_window_is_linked_elsewhere(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    server.tmux("link-window", "-d", "-s", f"={NAME}:editor", "-t", "=proj:7")
    server.tmux("kill-session", "-t", f"={NAME}")
    waits(project)
    server.tmux("kill-window", "-t", "=proj:7")
    assert home.viewsync("sweep").code == 0
    cleaned_up(project)


def test_one_whose_view_another_registry_knows(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    server.tmux("rename-session", "-t", f"={NAME}", "work")
    there = {"VIEWSYNC_STATE_DIR": os.path.join(home.path, "other"), "VIEWSYNC_DIRS": ""}
    view = home.viewsync("open", "--json", "-S", server.socket, "work", env=there).json()["view"]
    server.tmux("kill-session", "-t", "=work")
    waits(project)
    server.tmux("kill-session", "-t", f"={view}")
    assert home.viewsync("sweep").code == 0
    cleaned_up(project)


def test_a_window_that_was_opened_later_counts_once_a_sweep_saw_it(
    server: Server, home: Home, project: Project
) -> None:
    assert start(project, server, FILE).code == 0
    server.tmux("new-window", "-d", "-t", f"={NAME}:", "-n", "later")
    assert home.viewsync("sweep").code == 0
    server.tmux("move-window", "-d", "-s", f"={NAME}:later", "-t", "=proj:7")
    server.tmux("kill-session", "-t", f"={NAME}")
    waits(project)


def test_one_that_is_ended_by_name_while_somebody_elses_session_shows_it(
    server: Server, home: Home, project: Project
) -> None:
    assert start(project, server, FILE).code == 0
    server.tmux("new-session", "-d", "-t", f"={NAME}", "-s", "mine")
    done = project.viewsync("kill-session", NAME, "-S", server.socket)
    assert (done.code, "live on in 'mine'" in done.err) == (0, True)
    assert server.sessions() == ["proj", "mine"]
    waits(project)
    server.tmux("kill-session", "-t", "=mine")
    assert home.viewsync("sweep").code == 0
    cleaned_up(project)


def test_nor_by_who_ends_what_has_ended_already(server: Server, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    no_hook(server)
    server.tmux("link-window", "-d", "-s", f"={NAME}:editor", "-t", "=proj:7")
    server.tmux("kill-session", "-t", f"={NAME}")
    project.viewsync("kill-session", NAME, "-S", server.socket)
    waits(project)


def test_one_that_is_kept_after_its_steps_has_them_run_at_its_end(server: Server, home: Home, project: Project) -> None:
    """Somebody comes to it while the steps run, so that it is not ended."""
    line = "echo stop $VIEWSYNC_SESSION >> cleaned; while [ ! -e go ]; do sleep 0.02; done"
    assert start(project, server, FILE.replace("echo stop $VIEWSYNC_SESSION >> cleaned", line)).code == 0
    tab = home.program(
        ["sh", "-c", 'cd "$1" && exec "$2" cleanup-sessions -S "$3"', "sh", project.root, home.launcher, server.socket]
    )
    until(lambda: read(project, "cleaned"), "the first step")
    on = home.program(["tmux", "-S", server.socket, "attach-session", "-t", f"={NAME}"])
    until(lambda: on.pid in server.clients(), "a client")
    project.write("go", "")
    assert tab.wait() != 0
    assert NAME in server.sessions()
    on.hang_up()
    until(lambda: not server.clients(), "the detach")
    os.unlink(os.path.join(project.root, "cleaned"))
    server.tmux("kill-session", "-t", f"={NAME}")
    until(lambda: read(project, "cleaned") == BOTH and not pending(home), "the cleanup steps, at its end")
