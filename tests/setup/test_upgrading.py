"""Another version in the place of one whose tabs, views, sessions and hooks live; and back again."""

from __future__ import annotations

import os
import subprocess
import sys
from shlex import quote
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from tests.support.running import ONE
from tests.support.server import ROOT
from tests.support.wait import stays, until
from viewsync.setup.rules import launcher
from viewsync.store.history_database import History
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from tests.support.server import Home, Server

OLD_TEXT = "_ANY_VIEW"  # of the hooks before the server ended views by itself


def git(*words: str) -> bytes:
    return subprocess.run(["git", "-C", ROOT, *words], check=True, capture_output=True).stdout


@pytest.fixture
def old(home: Home) -> str:
    """What the launcher starts with the version before in it."""
    try:
        changes = git("log", "--format=%H", f"-S{OLD_TEXT}", "--", "viewsync/tmux/rules/hooks.py").decode().split()
        tree = git("archive", f"{changes[0]}^", "viewsync")
    except (subprocess.CalledProcessError, FileNotFoundError, IndexError):
        pytest.skip("this copy of the project has no history")
    folder = os.path.join(home.path, "before")
    os.mkdir(folder)
    subprocess.run(["tar", "-x", "-C", folder], input=tree, check=True)
    code = f"import sys; del sys.argv[0]; sys.path.insert(0, {folder!r}); from viewsync.__main__ import main; main()"
    return f'exec {quote(sys.executable)} -X utf8 -c {quote(code)} "$0" "$@"'


def use(home: Home, start: str) -> None:
    """As an installer changes it: at once."""
    with open(home.launcher + ".new", "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{start}\n")
    os.chmod(home.launcher + ".new", 0o700)
    os.rename(home.launcher + ".new", home.launcher)


def texts(server: Server) -> list[str]:
    return [server.tmux("show-options", "-gqv", hooks.slot(event)) for event in hooks.EVENTS]


def test_there_and_back(server: Server, home: Home, old: str) -> None:
    new = launcher.start(sys.executable, ROOT)
    use(home, old)
    project = Project(home)
    project.command("dev", ONE)
    assert project.viewsync("trust", "dev", "--yes").code == 0
    assert home.viewsync("create", "-n", "agent", "-S", server.socket).code == 0
    before = server.pane_pids()
    first, first_view = server.open("proj")
    second, second_view = server.open("proj")
    assert not any("@viewsync_ends_alone" in text for text in texts(server))

    use(home, new)
    third, third_view = server.open("proj")
    assert all("@viewsync_ends_alone" in text for text in texts(server))
    first.hang_up()
    third.hang_up()
    until(lambda: not {first_view, third_view} & set(server.sessions()), "the end of a view of each version")
    assert second_view in server.sessions()
    assert project.viewsync("run", "dev", "-S", server.socket).code == 0
    assert "agent" in home.viewsync("list", "--json").out

    use(home, old)
    second.hang_up()
    until(lambda: second_view not in server.clients().values(), "its detach")
    # In 3.2a the older version does not understand today's hooks, and keeps every view until it sets its own.
    understood = not server.tmux("display-message", "-p", "#{version}").startswith("3.2")
    if understood:
        until(lambda: second_view not in server.sessions(), "the end of a view under the older version")
    else:
        home.viewsync("sweep")
        assert stays(lambda: second_view in server.sessions(), 0.5)
    fourth, fourth_view = server.open("proj")
    assert understood or fourth_view == second_view, "a view that was kept is free"
    assert home.viewsync("views", "--json").code == 0
    assert home.viewsync("sweep").code == 0
    fourth.hang_up()
    until(lambda: fourth_view not in server.clients().values(), "its detach")
    assert home.viewsync("sweep").code == 0
    assert fourth_view not in server.sessions()
    assert home.rows() == {}
    assert "agent" in home.viewsync("list", "--json").out
    assert set(before) <= set(server.pane_pids())

    use(home, new)
    assert home.viewsync("sweep").code == 0
    # The older one calls a view that it never saw, and that the server ended, lost.
    told = {event.session for event in History(home.state).find("event IN ('end', 'gone', 'lost')", ())}
    assert {first_view, second_view, third_view, fourth_view} <= told
