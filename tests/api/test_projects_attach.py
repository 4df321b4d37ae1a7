"""K1: attaching from Python, by real programs on real terminals: they become clients, or switch the one they are on."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import note_pid
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Home, Server

_PROGRAM = """
import os
from viewsync import TmuxManager
from viewsync.errors import ViewsyncError
try:
    said = f"returned {{ {call} }}"
except ViewsyncError as error:
    said = f"raised {{type(error).__name__}}: {{error.message}}"
with open({path!r} + ".new", "w") as file:
    file.write(said)
os.rename({path!r} + ".new", {path!r})
"""


def attach(server: Server, name: str) -> str:
    return f"TmuxManager({server.socket!r}).attach_session({name!r})"


def create(server: Server, name: str) -> str:
    return f"TmuxManager({server.socket!r}).create_session({name!r}, {server.home.path!r}, auto_attach=True)"


def program(home: Home, call: str) -> list[str]:
    """Python that makes that call, and writes down how it ended."""
    path = os.path.join(home.path, "attach.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(_PROGRAM.format(call=call, path=os.path.join(home.path, "said")))
    return [sys.executable, "-I", path]


def said(home: Home) -> str:
    """How the call ended."""
    path = os.path.join(home.path, "said")
    until(lambda: os.path.exists(path), "the end of the call")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    os.unlink(path)
    return text


def run_in_pane(server: Server, target: str, call: str) -> None:
    server.tmux("send-keys", "-t", target, shlex.join(program(server.home, call)), "Enter")


def client(server: Server, name: str) -> Tab:
    tab = server.home.program(["tmux", "-S", server.socket, "attach", "-t", f"={name}"])
    until(lambda: server.clients().get(tab.pid) == name, f"a client on {name}")
    return tab


@pytest.fixture
def work(servers: Callable[..., Server]) -> Server:
    """Three sessions with a shell in each: here, elsewhere and goal."""
    server = servers().start("-s", "here")
    for name in ("elsewhere", "goal"):
        server.tmux("new-session", "-d", "-s", name)
    return server


def test_this_process_becomes_the_client_of_a_view(work: Server, home: Home) -> None:
    before = work.pane_pids()
    tab = home.program(program(home, attach(work, "goal")))
    view = until(lambda: work.clients().get(tab.pid), "a client")
    assert str(view).startswith("goal-view-")
    assert work.show(f"={view}:", "#{session_group}") == work.show("=goal:", "#{session_group}") != ""
    tab.hang_up()
    until(lambda: work.clients() == {}, "its end")
    assert set(work.sessions()) >= {"here", "elsewhere", "goal"}
    assert work.pane_pids() == before


def test_what_is_created_is_attached_and_outlives_its_client(servers: Callable[..., Server], home: Home) -> None:
    server = servers()
    tab = home.program(program(home, create(server, "app")))
    until(lambda: os.path.exists(server.socket) and server.run("list-sessions").code == 0, "a server")
    note_pid(server)
    view = until(lambda: server.clients().get(tab.pid), "a client")
    assert str(view).startswith("app-view-")
    tab.hang_up()
    until(lambda: server.clients() == {}, "its end")
    assert "app" in server.sessions()


@pytest.mark.parametrize("name", ["goa", "g", "goal*", "$2", "goal:", "goal.0", ""])
def test_b3_a_part_of_a_name_attaches_nothing(work: Server, home: Home, name: str) -> None:
    home.program(program(home, attach(work, name)))
    assert said(home).startswith(f"raised MissingSession: there is no session {name!r} on {work.socket}")
    assert (work.clients(), work.sessions()) == ({}, ["here", "elsewhere", "goal"])


def test_inside_tmux_that_very_client_switches_and_no_other(work: Server, home: Home) -> None:
    mine, other = client(work, "here"), client(work, "elsewhere")
    run_in_pane(work, "=here:", attach(work, "goa"))
    assert said(home).startswith("raised MissingSession: ")
    assert work.clients() == {mine.pid: "here", other.pid: "elsewhere"}
    run_in_pane(work, "=here:", attach(work, "goal"))
    assert said(home) == "returned None"
    assert work.clients() == {mine.pid: "goal", other.pid: "elsewhere"}


def test_inside_tmux_what_is_created_is_switched_to_and_returned_as_it_is_then(work: Server, home: Home) -> None:
    mine, other = client(work, "here"), client(work, "elsewhere")
    run_in_pane(work, "=here:", create(work, "app"))
    found = said(home)
    assert found.startswith("returned SessionInfo(name='app', ")
    assert ", attached=1, " in found
    assert ", action='created', " in found
    assert work.clients() == {mine.pid: "app", other.pid: "elsewhere"}


def test_in_a_pane_of_another_server_it_is_a_terminal_like_any(work: Server, servers: Callable[..., Server]) -> None:
    other = servers("other").start("-s", "outer")
    outer = client(other, "outer")
    tty = other.show("=outer:", "#{pane_tty}")
    run_in_pane(other, "=outer:", attach(work, "goal"))
    until(lambda: work.tmux("list-clients", "-F", "#{client_tty}") == tty, "a client in that pane")
    (view,) = work.clients().values()
    assert view.startswith("goal-view-")
    assert other.clients() == {outer.pid: "outer"}


def test_a_pane_of_an_earlier_server_on_that_socket_is_none_of_this_one(work: Server, home: Home) -> None:
    """Its ids are given out again: the client that shows the pane of that id now is somebody else's."""
    other = client(work, "here")
    env = {"TMUX": f"{work.socket},{work.pid + 1},0", "TMUX_PANE": work.show("=here:", "#{pane_id}")}
    tab = home.program(program(home, attach(work, "goal")), env=env)
    until(lambda: tab.pid in work.clients(), "a client")
    assert work.clients()[tab.pid].startswith("goal-view-")
    assert work.clients()[other.pid] == "here"


def test_a_terminal_that_only_has_the_variables_of_a_pane_is_none(work: Server, home: Home) -> None:
    """As a terminal's window has them that was opened by a program in a pane. That pane's client is somebody else's."""
    other = client(work, "here")
    env = {"TMUX": f"{work.socket},{work.pid},0", "TMUX_PANE": work.show("=here:", "#{pane_id}")}
    tab = home.program(program(home, attach(work, "goal")), env=env)
    until(lambda: tab.pid in work.clients(), "a client")
    assert work.clients()[tab.pid].startswith("goal-view-")
    assert work.clients()[other.pid] == "here"


def test_a_server_by_another_path_is_not_shown_in_itself(work: Server, home: Home) -> None:
    mine = client(work, "here")
    link = os.path.join(home.path, "link")
    os.symlink(work.socket, link)
    run_in_pane(work, "=here:", f"TmuxManager({link!r}).attach_session('goal')")
    assert said(home).startswith("raised UsageError: this terminal is a pane of the same tmux server")
    assert work.clients() == {mine.pid: "here"}


def test_without_a_terminal_nothing_is_attached_and_nothing_made(work: Server, home: Home) -> None:
    for call, name in ((attach(work, "goal"), "goal"), (create(work, "app"), "app")):
        subprocess.run(program(home, call), env=home.env, stdin=subprocess.DEVNULL, check=True)
        assert said(home) == f"raised UsageError: there is no terminal to attach session '{name}' to"
    assert (work.clients(), work.sessions()) == ({}, ["here", "elsewhere", "goal"])


def test_a_session_that_ends_just_then_is_told_of_and_nobody_is_moved(work: Server, home: Home) -> None:
    tmux = os.path.join(home.path, "ending-tmux")
    with open(tmux, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\ncase $* in *switch-client*) tmux -S "$3" kill-session -t =goal;; esac\nexec tmux "$@"\n')
    os.chmod(tmux, 0o700)
    mine, other = client(work, "here"), client(work, "elsewhere")
    work.tmux("send-keys", "-t", "=here:", f"export VIEWSYNC_TMUX={tmux}", "Enter")
    run_in_pane(work, "=here:", attach(work, "goal"))
    assert said(home) == "raised TmuxError: cannot switch to session 'goal': it is gone"
    assert work.clients() == {mine.pid: "here", other.pid: "elsewhere"}


def test_nobody_on_this_pane_is_nobody_to_switch(work: Server, home: Home) -> None:
    """tmux itself would take the client that was used last, whoever it is."""
    other = client(work, "elsewhere")
    run_in_pane(work, "=here:", attach(work, "goal"))
    assert said(home) == "raised UsageError: cannot switch to session 'goal': nobody is on this pane"
    assert work.clients() == {other.pid: "elsewhere"}


def test_of_two_views_the_one_that_shows_this_pane_switches(work: Server, home: Home) -> None:
    """tmux itself would take the one that was used last."""
    work.tmux("new-window", "-t", "=here:", "-n", "second", "cat")
    mine, view = work.open("here")
    work.tmux("select-window", "-t", f"={view}:0")
    other, another = work.open("here")
    work.tmux("select-window", "-t", f"={another}:second")
    other.type("typed\n")
    until(lambda: "typed" in work.tmux("capture-pane", "-p", "-t", f"={another}:second"), "somebody to type")
    run_in_pane(work, f"={view}:0", attach(work, "goal"))
    assert said(home) == "returned None"
    clients = work.clients()
    assert clients.pop(mine.pid).startswith("goal-view-")
    assert clients == {other.pid: another}


def test_the_only_client_of_the_session_switches_though_it_shows_another_window(work: Server, home: Home) -> None:
    mine, other = client(work, "here"), client(work, "elsewhere")
    work.tmux("new-window", "-t", "=here:", "-n", "second")
    run_in_pane(work, "=here:0", attach(work, "goal"))
    assert said(home) == "returned None"
    assert work.clients() == {mine.pid: "goal", other.pid: "elsewhere"}


def test_where_nobody_can_tell_whose_client_is_meant_none_switches(work: Server, home: Home) -> None:
    work.tmux("new-window", "-t", "=here:", "-n", "second")
    one, other = client(work, "here"), client(work, "here")
    run_in_pane(work, "=here:0", attach(work, "goal"))
    assert said(home).startswith("raised UsageError: cannot switch to session 'goal': several are on this pane's")
    assert work.clients() == {one.pid: "here", other.pid: "here"}


def test_a_popup_has_the_client_that_it_is_over(work: Server, home: Home) -> None:
    mine, other = client(work, "here"), client(work, "elsewhere")
    work.tmux("display-popup", "-c", mine.tty, "-t", "=here:", "-E", shlex.join(program(home, attach(work, "goal"))))
    assert said(home) == "returned None"
    assert work.clients() == {mine.pid: "goal", other.pid: "elsewhere"}
