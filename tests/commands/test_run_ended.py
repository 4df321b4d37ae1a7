"""viewsync run: its session, or a part of it, is ended by somebody else while it is at work on it.

tmux's own hooks end it, each at another step, so that each run meets it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import rows

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Server

COMMAND = """
session:
  windows:
    - name: one
      panes: [{}, {}]
    - name: two
      layout: even-vertical
      panes: [{}, {}]
"""
NAME = "myapp-main-dev"
STEPS = ("session-created", "window-linked", "after-new-window", "after-split-window", "after-set-option")
SAID = "was ended by somebody else meanwhile (run it again to have one)"


@pytest.mark.parametrize("again", [False, True])
def test_a_session_that_is_ended_beside_it_is_told_of_as_that(project: Project, server: Server, again: bool) -> None:
    project.command("dev", COMMAND)
    for step in STEPS[1:] if again else STEPS:
        if again:
            assert project.viewsync("run", "dev", "--no-attach").code == 0
            server.tmux("kill-window", "-t", f"={NAME}:two")
        server.tmux("set-hook", "-g", step, f"kill-session -t ={NAME}")
        done = project.viewsync("run", "dev", "--no-attach")
        server.tmux("set-hook", "-gu", step)
        assert (done.code, done.err.count("\n"), SAID in done.err) == (3, 1, True), (step, done)
        assert server.sessions() == ["proj"], step
        assert again or rows(project.home) == {}
    assert project.viewsync("run", "dev", "--no-attach").code == 0


def test_a_pane_or_the_server_that_is_ended_beside_it_is_no_bug(project: Project, server: Server) -> None:
    project.command("dev", COMMAND)
    for step, what in (("after-new-window", "kill-pane"), ("after-split-window", "kill-window")):
        server.tmux("set-hook", "-g", step, f"{what} -t ={NAME}:")
        done = project.viewsync("run", "dev", "--no-attach")
        server.tmux("set-hook", "-gu", step)
        assert done.code in (0, 3, 4), (step, done)
        assert (NAME in server.sessions()) == (done.code == 0)
    server.tmux("set-hook", "-g", "after-split-window", "kill-server")
    done = project.viewsync("run", "dev", "--no-attach")
    assert (done.code, done.err.count("\n")) == (3, 1), done
    assert "its tmux server was ended by somebody else meanwhile" in done.err
