"""`viewsync run`, and what is in its session then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sessions import note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.projects import Project
    from tests.support.server import Server

FOUR = """session:
  windows:
    - name: editor
      command: echo one
    - name: server
      layout: even-horizontal
      panes:
        - command: echo two
        - command: echo three
    - name: tests
      command: echo four
    - name: logs
      command: echo five
"""
FOUR_PANES = ["0 editor 0", "1 server 0", "1 server 1", "2 tests 0", "3 logs 0"]  # window, its name, pane
FOUR_ANSWERS = (("0", "one"), ("1.0", "two"), ("1.1", "three"), ("2", "four"), ("3", "five"))  # window.pane, text

ONE = "session:\n  task: '{{name | default(\"dev\")}}'\n  windows:\n    - name: a\n"


@pytest.fixture
def unstarted(servers: Callable[..., Server]) -> Server:
    """The user's own server, which is not running yet. A module has it for its `server` by `server = unstarted`."""
    return servers()


@pytest.fixture
def with_dev(project: Project) -> Project:
    """With the command `dev`, which takes a task's name. A module has it for its `project` by `project = with_dev`."""
    project.command("dev", ONE)
    return project


def ran(
    project: Project, server: Server, *words: str, env: Mapping[str, str] | None = None, code: int = 0
) -> dict[str, Any]:
    """`viewsync run --json` in that project, on a server that it may start; what it printed."""
    done = project.viewsync("run", *words, "--json", env=env)
    assert done.code == code, done
    note_pid(server)
    found: dict[str, Any] = done.json()
    return found


def shown(server: Server, what: str) -> list[str]:
    """Of every pane of the server."""
    return server.tmux("list-panes", "-a", "-F", what).splitlines()


def environment(pid: int) -> dict[str, str]:
    """Of the program in a pane. Until it runs, its process is tmux's own, with other variables."""

    def found() -> dict[str, str]:
        with open(f"/proc/{pid}/environ", encoding="utf-8", errors="surrogateescape") as file:
            return dict(variable.split("=", 1) for variable in file.read().split("\0") if "=" in variable)

    until(lambda: "TMUX_PANE" in found(), "the program")
    return found()


def trusted(project: Project, *words: str) -> None:
    done = project.viewsync("trust", *words, "--yes")
    assert done.code == 0, done
