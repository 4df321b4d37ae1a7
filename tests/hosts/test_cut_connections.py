"""Five tabs on two hosts, one of which goes away at some moment between the first question and the open tab."""

from __future__ import annotations

import functools
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.far_host import FarHost
from tests.support.wait import until
from viewsync.tmux.rules.versions import runs_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.client import Tab
    from tests.support.server import Home, Server

# Of the time that an open takes when nothing happens: while it asks, makes its view, goes there, and has it.
MOMENTS = (0.1, 0.5, 0.8, 1.1)


@pytest.fixture
def other(home: Home) -> Iterator[FarHost]:
    found = FarHost(home, "other").start()
    yield found
    found.remove()


def ssh_is_killed(home: Home, far: FarHost) -> None:
    for pid in far.shared():
        os.kill(pid, signal.SIGKILL)


def sshd_is_killed(home: Home, far: FarHost) -> None:
    far.cut()


def viewsync_is_killed(home: Home, far: FarHost) -> None:
    for tab in home.tabs:
        if not tab.ended():
            tab.signal(signal.SIGKILL)


def the_host_is_frozen(home: Home, far: FarHost) -> None:
    far.freeze()
    for tab in home.tabs[::2]:  # some do not wait for it
        tab.hang_up()


@pytest.mark.parametrize("goes", [ssh_is_killed, sshd_is_killed, viewsync_is_killed, the_host_is_frozen])
def test_whenever_it_goes_no_view_is_left_and_nothing_else_ends(
    home: Home, far: FarHost, other: FarHost, goes: Callable[[Home, FarHost], None]
) -> None:
    servers = [far.server(), other.server()]
    try:
        work = [server.pane_pids() for server in servers]
        begun = time.monotonic()
        first = home.tab("open", "far:proj")
        until(servers[0].clients, "the first client")
        usual = time.monotonic() - begun
        close(home, servers, [first])
        for moment in MOMENTS:
            tabs = [home.tab("open", f"{name}:proj") for name in ("far", "other", "far", "other", "far")]
            time.sleep(usual * moment)
            goes(home, far)
            if goes is not the_host_is_frozen:
                for tab in tabs:
                    until(functools.partial(settled, tab), "its end, or its picture")
            far.stop()
            far.start()
            close(home, servers, tabs)
            assert [server.pane_pids() for server in servers] == work
    finally:
        for server in servers:
            server.stop()


def settled(tab: Tab) -> bool:
    """It has ended, or what it became has drawn a picture: a status line names the session."""
    return tab.ended() or "[proj" in tab.text()


def close(home: Home, servers: list[Server], tabs: list[Tab]) -> None:
    """A client that lost its terminal on the way to a view leaves that until its lease is over."""
    for tab in tabs:
        tab.end()
        home.tabs.remove(tab)
    for server in servers:
        if not runs_options(server.tmux("display-message", "-p", "#{version}")):
            come_and_go(server)
        until(functools.partial(alone, server), "the end of all views")


def come_and_go(server: Server) -> None:
    """The next event: 3.2 may lose hooks of clients that go at once (trap L), and this host has no sweeper."""
    tab = server.home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: tab.pid in server.clients(), "a client")
    tab.end()
    server.home.tabs.remove(tab)


def alone(server: Server) -> bool:
    return server.sessions() == ["proj"]
