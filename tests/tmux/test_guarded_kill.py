"""Ends: for exactly the server and the session that were read, and only while nobody is on them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.support.sessions import create
from tests.support.wait import until
from viewsync.context import Context
from viewsync.tmux import guarded_kill, pane_list
from viewsync.tmux.guarded_kill import End

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


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


def test_trap_e_is_avoided_on_the_versions_that_have_it(server: Server, home: Home) -> None:
    """What such a server would be told does the same here."""
    create(server, "web")
    tmux = Context(home.env).tmux
    found = pane_list.read(tmux, server.socket).server._replace(version="3.7b")
    log = os.path.join(home.path, "hooked")
    server.tmux("set-hook", "-g", "after-set-option", f"run-shell 'echo x >> {log}'")
    assert guarded_kill.end(tmux, found, [End("$1", "web", False)]) == [True]
    until(lambda: os.path.exists(log), "the option")
    assert server.sessions() == ["proj"]
