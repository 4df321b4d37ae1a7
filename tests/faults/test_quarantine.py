"""A quarantine stands in tmux beside the row: it holds under any name, and for every registry."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import NO_HOOKS, detached, every_layer
from tests.support.sessions import by_jq, create, listed
from tests.support.wait import until
from viewsync.context import Context
from viewsync.errors import TmuxError
from viewsync.tmux import guarded_kill, pane_list, views
from viewsync.tmux.guarded_kill import End
from viewsync.tmux.rules.model import END, Verdict

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Home, Server

OPTION = "@viewsync_quarantine"


def kept_view(server: Server) -> str:
    """A view that nobody is on, in quarantine."""
    tab, view = server.open("proj", env=NO_HOOKS)
    assert server.home.viewsync("sweep", env=NO_HOOKS).code == 0
    assert server.home.viewsync("quarantine", "-s", view).code == 0
    tab.hang_up()
    detached(server, view)
    return view


def elsewhere(home: Home) -> dict[str, str]:
    """Another state folder."""
    return {"VIEWSYNC_STATE_DIR": os.path.join(home.path, "other"), "VIEWSYNC_DIRS": "", "VIEWSYNC_GRACE": "0"}


def test_a_view_stays_whatever_it_is_called(server: Server) -> None:
    view = kept_view(server)
    server.tmux("rename-session", "-t", f"={view}", "mine now")
    every_layer(server)
    assert server.sessions() == ["proj", "mine now"]


@pytest.mark.parametrize("name", ["", "proj-view-1735324800-5432"])
def test_and_with_another_state_folder_or_an_older_registry(server: Server, home: Home, name: str) -> None:
    """A sweep, and the hook, of who knows nothing of the row."""
    by_jq(home, ".")
    home.viewsync("backup", os.path.join(home.path, "copy.json"))
    view = kept_view(server)
    if name:
        server.tmux("rename-session", "-t", f"={view}", name)
    there = elsewhere(home)
    for words in (("sweep",), ("cleanup", "--views"), ("hook",)):
        home.viewsync(*words, env={**there, "TMUX": f"{server.socket},{server.pid},0"})
    by_jq(home, ".views = {}")
    every_layer(server)
    home.viewsync("restore-registry", os.path.join(home.path, "copy.json"))
    every_layer(server)
    assert server.sessions() == ["proj", name or view]


def test_release_ends_both(server: Server, home: Home) -> None:
    view = kept_view(server)
    assert server.show(f"={view}:", f"#{{{OPTION}}}") == server.show(f"={view}:", "#{session_id}")
    assert home.viewsync("release", "-s", view).code == 0
    assert server.show(f"={view}:", f"#{{{OPTION}}}") == ""
    every_layer(server)
    assert server.sessions() == ["proj"]


def test_release_finds_what_stands_in_tmux_alone(server: Server, home: Home) -> None:
    create(server, "web")
    home.viewsync("quarantine", "-s", "web")
    done = home.viewsync("release", "-s", "web", env=elsewhere(home))
    assert (done.code, server.show("=web:", f"#{{{OPTION}}}")) == (0, "")
    assert home.viewsync("release", "-s", "web", env=elsewhere(home)).code == 3


def test_a_registered_session_stays_with_an_older_registry(server: Server, home: Home) -> None:
    create(server, "web")
    home.viewsync("quarantine", "-s", "web")
    by_jq(home, "del(.sessions.web.quarantined)")
    assert home.viewsync("cleanup", "--all").code == 0
    done = home.viewsync("kill", "-s", "web")
    assert (done.code, "quarantined" in done.err) == (2, True)
    assert server.sessions() == ["proj", "web"]
    assert listed(home)["web"]["quarantined"] is True
    assert home.viewsync("health", "-s", "web").json()["quarantined"] is True
    (found,) = [
        finding for finding in home.viewsync("reconcile", "--json").json()["findings"] if finding["name"] == "web"
    ]
    assert found["kind"] == "quarantined"
    checks = home.viewsync("doctor", "--json").json()["checks"]
    assert [check["status"] for check in checks if check["name"] == "quarantine"] == ["warn"]
    home.viewsync("reconcile", "--repair")
    assert home.registry()["sessions"]["web"]["quarantined"] is True
    assert home.viewsync("release", "-s", "web").code == 0
    assert home.viewsync("kill", "-s", "web").code == 0


def test_a_projects_session_stays(server: Server, home: Home, project: Project) -> None:
    project.command("dev", "session: {windows: [{name: one}]}\n")
    name = project.viewsync("run", "dev", "-S", server.socket, "--json").json()["name"]
    home.viewsync("quarantine", "-s", name)
    by_jq(home, "del(.sessions[].quarantined)")
    assert project.viewsync("kill-session", name, "-S", server.socket).code != 0
    project.viewsync("cleanup-sessions", "-S", server.socket)
    assert name in server.sessions()
    home.viewsync("release", "-s", name)
    assert project.viewsync("kill-session", name, "-S", server.socket).code == 0
    assert server.sessions() == ["proj"]


def test_the_server_itself_looks_at_the_moment_of_each_end(server: Server, home: Home) -> None:
    """Whoever read it before, and decided that it ends, comes too late."""
    tmux = Context(home.env).tmux
    server.tmux("new-session", "-d", "-t", "=proj", "-s", "view")
    found = pane_list.read(tmux, server.socket).server
    server.tmux("set-option", "-t", "=view:", OPTION, "$1")
    assert guarded_kill.end(tmux, found, [End("$1", "view", only_dead=False)]) == [False]
    with pytest.raises(TmuxError, match="quarantined"):
        guarded_kill.kill(tmux, found, "$1")
    assert views.act(tmux, found, [Verdict(server.socket, "$1", "view", END, "", "")], 2e9, 0.0) == [False]
    assert server.sessions() == ["proj", "view"]


def test_an_odd_value_keeps_as_well(server: Server) -> None:
    """Somebody set it for a window, say, which hides the session's own."""
    view = kept_view(server)
    server.tmux("set-option", "-s", OPTION, "x")
    every_layer(server)
    assert server.sessions() == ["proj", view]


def test_a_quarantine_that_tmux_could_not_be_told_says_so(server: Server, home: Home) -> None:
    create(server, "web")
    os.kill(server.pid, signal.SIGSTOP)
    done = home.viewsync("quarantine", "-s", "web", "--json", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, signal.SIGCONT)
    assert any("did not answer" in problem for problem in json.loads(done.out)["problems"])
    assert until(lambda: listed(home)["web"]["quarantined"], "the row")
