"""Sockets are found and left alone, and a server that is busy counts as one."""

from __future__ import annotations

import os
import signal
import socket as unix
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.tmux import sockets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.server import Home, Server


@pytest.fixture
def listener(home: Home) -> Iterator[Callable[[str], str]]:
    """Makes a socket that somebody listens on."""
    made = []

    def make(name: str) -> str:
        path = os.path.join(home.path, name)
        made.append(unix.socket(unix.AF_UNIX))
        made[-1].bind(path)
        made[-1].listen(1)
        return path

    yield make
    for opened in made:
        opened.close()


def stale(path: str) -> str:
    with unix.socket(unix.AF_UNIX) as gone:
        gone.bind(path)
    return path


def test_a_live_server_is_found_and_a_stale_socket_stays(server: Server, home: Home) -> None:
    folder = os.path.dirname(server.socket)
    old = stale(os.path.join(folder, "old"))
    with open(os.path.join(folder, "a-file"), "w", encoding="utf-8") as file:
        file.write("mine")
    os.mkdir(os.path.join(folder, "a-folder"))
    os.symlink(server.socket, os.path.join(folder, "a-link"))
    assert sockets.live_sockets([folder], [old, "/nonexistent"]) == [server.socket]
    assert home.viewsync("sweep").code == 0
    assert stat.S_ISSOCK(os.lstat(old).st_mode)
    assert sockets.state(old) == "stale"


def test_a_named_socket_is_looked_at_once(server: Server) -> None:
    folder = os.path.dirname(server.socket)
    assert sockets.live_sockets([folder, folder], [server.socket]) == [server.socket]


@pytest.mark.parametrize("mode", [0o701, 0o704, 0o702, 0o777])
def test_a_folder_that_is_open_to_others_is_passed_over(server: Server, mode: int) -> None:
    folder = os.path.dirname(server.socket)
    os.chmod(folder, mode)
    assert sockets.live_sockets([folder], []) == []
    os.chmod(folder, 0o770)  # noqa: S103  what tmux lets pass
    assert sockets.live_sockets([folder], []) == [server.socket]


def test_a_linked_or_missing_folder_is_passed_over(server: Server, home: Home) -> None:
    folder = os.path.dirname(server.socket)
    link = os.path.join(home.path, "link")
    os.symlink(folder, link)
    assert sockets.live_sockets([link, "/nonexistent", "/etc/passwd"], []) == []


def test_what_is_somebody_elses_is_foreign(listener: Callable[[str], str], home: Home) -> None:
    path = listener("s")
    assert sockets.state(path) == "live"
    if os.geteuid() == 0:  # only root can give a socket away
        os.chown(path, 12345, -1)
        assert sockets.state(path) == "foreign"
        assert sockets.live_sockets([], [path]) == []
        os.chown(home.path, 12345, -1)
        assert sockets.live_sockets([home.path], []) == []
        os.chown(home.path, 0, -1)
    assert sockets.state("/etc/passwd") == "foreign"
    assert sockets.state("/nonexistent/x") == "missing"


def test_a_server_too_busy_to_accept_is_alive(listener: Callable[[str], str]) -> None:
    """Its queue is full: what cannot be known is taken for alive, since a dead server's rows would be dropped."""
    path = listener("busy")
    waiting = []
    for _ in range(8):
        client = unix.socket(unix.AF_UNIX)
        client.setblocking(False)
        client.connect_ex(path)
        waiting.append(client)
    assert sockets.state(path, timeout=0.1) == "live"
    for client in waiting:
        client.close()


def test_a_stopped_server_listens(server: Server) -> None:
    os.kill(server.pid, signal.SIGSTOP)
    assert sockets.listens(server.socket)
    os.kill(server.pid, signal.SIGCONT)


def test_a_server_that_has_ended_is_not_the_one_that_is_meant(server: Server, home: Home) -> None:
    """A program has the variable of the server that it was started in, also when that is gone."""
    with subprocess.Popen(["true"]) as ended:
        pass
    stale = {"TMUX": f"{home.path}/gone,{ended.pid},0", "TMUX_PANE": "%0"}
    done = home.viewsync("find", env=stale)
    assert (done.code, "proj" in done.out) == (0, True), done
    tab = home.tab("open", "proj", env=stale)
    until(lambda: tab.pid in server.clients() or tab.ended(), "a client")
    assert not tab.ended(), tab.text()
