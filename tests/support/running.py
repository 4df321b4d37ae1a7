"""`viewsync run`, and what is in its session then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.sessions import note_pid

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def ran(project: Project, server: Server, *words: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`viewsync run --json` in that project, on a server that it may start; what it printed."""
    done = project.viewsync("run", *words, "--json", env=env)
    assert done.code == 0, done
    note_pid(server)
    found: dict[str, Any] = done.json()
    return found


def shown(server: Server, what: str) -> list[str]:
    """Of every pane of the server."""
    return server.tmux("list-panes", "-a", "-F", what).splitlines()


def environment(pid: int) -> dict[str, str]:
    with open(f"/proc/{pid}/environ", encoding="utf-8", errors="surrogateescape") as file:
        return dict(each.split("=", 1) for each in file.read().split("\0") if "=" in each)


def trusted(project: Project, *words: str) -> None:
    done = project.viewsync("trust", *words, "--yes")
    assert done.code == 0, done
