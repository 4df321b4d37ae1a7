"""What tmux says when it cannot talk to a server, and what its versions can do.

A server that hangs up is gone only when it is: tmux up to 3.5a says the same of one that is too new for it.
"""

from __future__ import annotations

import os
import socket as sockets
import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.server import Home, Server
from tests.support.sessions import add_row, listed, rows
from tests.support.wait import until
from viewsync.errors import TmuxError
from viewsync.tmux.server import ServerGone, Tmux

if TYPE_CHECKING:
    from collections.abc import Iterator


class Mute:
    """Accepts every connection and ends it without a word, as a server does with a client that it cannot read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._listening = sockets.socket(sockets.AF_UNIX)
        self._listening.bind(path)
        self._listening.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            with connection:
                if connection.recv(16) == b"end":
                    return

    def end(self) -> None:
        with sockets.socket(sockets.AF_UNIX) as last:
            last.connect(self.path)
            last.sendall(b"end")
        self._thread.join(10)
        self._listening.close()


@pytest.fixture
def mute(home: Home) -> Iterator[Mute]:
    os.makedirs(os.path.join(home.path, f"tmux-{os.geteuid()}"), mode=0o700)
    found = Mute(os.path.join(home.path, f"tmux-{os.geteuid()}", "default"))
    yield found
    found.end()


def test_a_server_that_hangs_up_and_runs_is_not_gone(mute: Mute, home: Home) -> None:
    with pytest.raises(TmuxError, match="runs, and does not understand this tmux") as told:
        Tmux("tmux", 5.0, home.env).run(mute.path, "list-sessions")
    assert not isinstance(told.value, ServerGone)


def test_a_server_that_ends_while_it_is_asked_is_gone(server: Server, home: Home) -> None:
    with pytest.raises(ServerGone):
        Tmux("tmux", 5.0, home.env).run(server.socket, "run-shell", f"kill -9 {server.pid}")


def test_a_session_of_such_a_server_keeps_its_row(mute: Mute, home: Home) -> None:
    add_row(home, "web", Server(home))
    for verb in (["create", "-S", mute.path, "-n", "web", "--", "cat"], ["cleanup"], ["reconcile"]):
        done = home.viewsync(*verb)
        assert "runs, and does not understand this tmux" in done.err + done.out, done
        assert list(rows(home)) == ["web"], verb
    assert listed(home)["web"]["status"] == "unknown"


def test_a_socket_that_cannot_be_reached_is_not_one_without_a_server(server: Server, home: Home) -> None:
    """Its folder is closed to us, or a link leads in a circle: who knows what runs there."""
    circle = os.path.join(home.path, "circle")
    os.symlink("circle", circle)
    tmux = Tmux("tmux", 5.0, home.env)
    for path in (os.path.join(circle, "default"), os.path.join(home.launcher, "default")):
        with pytest.raises(TmuxError, match="error connecting to") as told:
            tmux.ask(path, "list-sessions")
        assert not isinstance(told.value, ServerGone)
    for path in (os.path.join(home.path, "none"), os.path.join(home.path, "none", "default")):
        with pytest.raises(ServerGone):
            tmux.ask(path, "list-sessions")
    server.stop()
    with pytest.raises(ServerGone):
        tmux.ask(server.socket, "list-sessions")


def test_a_session_on_a_socket_that_cannot_be_reached_keeps_its_row(home: Home) -> None:
    folder = os.path.join(home.path, "closed")
    os.mkdir(folder)
    server = Server(home)
    server.socket = os.path.join(folder, "default")
    add_row(home, "web", server)
    os.rmdir(folder)
    os.symlink("closed", folder)
    for verb in (["create", "-S", server.socket, "-n", "web", "--", "cat"], ["cleanup"], ["reconcile"]):
        home.viewsync(*verb)
        assert list(rows(home)) == ["web"], verb
    assert listed(home)["web"]["status"] == "unknown"


def test_who_asks_with_another_path_has_a_client_of_its_own(server: Server, home: Home) -> None:
    """A pane gets the PATH of the client that asks for it, and what waits for somebody's text has that one's."""
    ours = Tmux("tmux", 60.0, home.env)
    path = f"/other:{home.env['PATH']}"
    with ours.script_to_come("x"):
        ours.run(server.socket, "list-panes", "-a")
        script = "new-window -t =proj: -n path 'echo \"is $PATH\"; cat'\n"
        assert ours.with_path(path).run(server.socket, "source-file", "-", stdin=script).code == 0
    until(lambda: f"is {path}"[:20] in server.tmux("capture-pane", "-p", "-J", "-t", "=proj:path"), "that path")
