"""Ends: for exactly the server and the session that were read, and only while nobody is on them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import create
from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.projects import building
from viewsync.tmux import build, guarded_kill, pane_list
from viewsync.tmux.build import Begun
from viewsync.tmux.guarded_kill import End

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server
    from viewsync.tmux.rules import model
    from viewsync.tmux.server import Tmux


def test_one_that_stays_stops_no_other(server: Server, home: Home) -> None:
    for name in ("a", "b", "c"):
        server.tmux("new-session", "-d", "-s", name)
    tmux = Context(home.env).tmux
    found = pane_list.read(tmux, server.socket).server
    ends = [End("$1", "a", False), End("$9", "gone", False), End("$2", "renamed", False), End("$3", "c", False)]
    assert guarded_kill.end(tmux, found, ends) == [True, False, False, True]
    assert server.sessions() == ["proj", "b"]


def test_a_later_server_loses_nothing(server: Server, home: Home) -> None:
    tmux = Context(home.env).tmux
    found = pane_list.read(tmux, server.socket).server
    for other in (found._replace(pid=found.pid + 1), found._replace(start=found.start - 1)):
        assert guarded_kill.end(tmux, other, [End("$0", "proj", False)]) == [False]
    assert server.sessions() == ["proj"]


def test_only_dead_means_all_panes_of_all_windows(servers: Callable[..., Server], home: Home) -> None:
    server = servers(conf="set -g remain-on-exit on\n").start("-s", "web", "true")
    server.tmux("new-window", "-d", "-t", "=web:", "true")
    server.tmux("split-window", "-d", "-t", "=web:", "sleep 1000")
    dead = "#{W:#{P:#{pane_dead}}}"
    until(lambda: server.show("=web:", dead).count("1") == 2, "two dead panes")
    tmux = Context(home.env).tmux
    found = pane_list.read(tmux, server.socket).server
    server.tmux("new-session", "-d", "-s", "other")
    assert guarded_kill.end(tmux, found, [End("$0", "web", True)]) == [False]
    server.tmux("kill-pane", "-t", "=web:0.1")
    assert guarded_kill.end(tmux, found, [End("$0", "web", True)]) == [True]
    assert server.sessions() == ["other"]


def test_the_last_session_too(server: Server, home: Home) -> None:
    tmux = Context(home.env).tmux
    found = pane_list.read(tmux, server.socket).server
    assert guarded_kill.end(tmux, found, [End("$0", "proj", False)]) == [True]
    assert server.sessions() == []


# --- trap E: what the versions that have it are told, said to the one that is here ----------------------------------


def trapped(tmux: Tmux, socket: str) -> model.Server:
    return pane_list.read(tmux, socket).server._replace(version="3.7b")


@pytest.fixture
def log(server: Server, home: Home) -> str:
    """A file that gets a line for each `set-option`."""
    path = os.path.join(home.path, "hooked")
    server.tmux("set-hook", "-g", "after-set-option", f"run-shell 'echo x >> {path}'")
    return path


def test_e_a_session_is_made_harmless_before_it_ends(server: Server, home: Home, log: str) -> None:
    create(server, "web")
    tmux = Context(home.env).tmux
    assert guarded_kill.end(tmux, trapped(tmux, server.socket), [End("$1", "web", False)]) == [True]
    until(lambda: os.path.exists(log), "the option")
    assert server.sessions() == ["proj"]


def test_e_so_is_one_that_ends_whoever_is_on_it(server: Server, home: Home, log: str) -> None:
    create(server, "web")
    tmux = Context(home.env).tmux
    assert guarded_kill.kill(tmux, trapped(tmux, server.socket), "$1")
    until(lambda: os.path.exists(log), "the option")
    assert server.sessions() == ["proj"]


def test_e_so_is_a_project_session_whose_making_is_taken_back(server: Server, home: Home, log: str) -> None:
    ctx = Context(home.env)
    server.tmux("new-session", "-d", "-s", "half")
    begun = Begun(trapped(ctx.tmux, server.socket), "$1", "@2", "%2")
    assert building.undo(ctx.tmux, begun)
    until(lambda: os.path.exists(log), "the option")
    assert server.sessions() == ["proj"]


def test_e_a_placeholder_that_is_the_last_window_stays_and_so_nothing_has_to_be_said(
    server: Server, home: Home, log: str
) -> None:
    tmux = Context(home.env).tmux
    for name in ("one", "two"):
        server.tmux("new-session", "-d", "-s", name)
        server.tmux("set-option", "-wF", "-t", f"={name}:", "@viewsync_placeholder", "#{window_id}")
    server.tmux("new-window", "-d", "-t", "=two:")
    until(lambda: os.path.exists(log) and os.path.getsize(log) == 4, "the two options")
    found = trapped(tmux, server.socket)
    said = build.run(tmux, found, [build.end_placeholder(window) for window in ("@2", "@3")])
    assert said.problems == []
    assert server.sessions() == ["proj", "one", "two"]
    windows = server.tmux("list-windows", "-a", "-F", "#{session_name} #{window_id}").splitlines()
    assert [window for window in windows if not window.startswith("proj")] == ["one @2", "two @4"]
    assert stays(lambda: os.path.getsize(log) == 4)


def test_e_one_that_stays_keeps_its_own_detach_on_destroy(server: Server, home: Home) -> None:
    client = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: client.pid in server.clients(), "a client")
    ctx = Context(home.env)
    found = trapped(ctx.tmux, server.socket)
    assert guarded_kill.end(ctx.tmux, found, [End("$0", "proj", False)]) == [False]
    assert not building.undo(ctx.tmux, Begun(found, "$0", "@0", "%0"))
    assert server.tmux("show-options", "-t", "=proj:", "detach-on-destroy") == ""


def test_one_that_was_just_made_is_kept_for_a_suspended_client(server: Server, home: Home) -> None:
    client = home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: client.pid in server.clients(), "a client")
    server.tmux("suspend-client", "-t", client.tty)
    until(lambda: server.show("=proj:", "#{session_attached}") == "0", "the suspended client")
    ctx = Context(home.env)
    found = pane_list.read(ctx.tmux, server.socket).server
    assert not building.undo(ctx.tmux, Begun(found, "$0", "@0", "%0"))
    assert server.sessions() == ["proj"]
