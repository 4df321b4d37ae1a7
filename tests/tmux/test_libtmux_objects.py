"""Sessions as libtmux's objects: exactly the one that is meant, of exactly that server."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from viewsync.errors import MissingSession, TmuxTimeout
from viewsync.tmux import libtmux_objects, project_list
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from tests.support.server import Server


def test_an_object_of_that_session(server: Server) -> None:
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    session = libtmux_objects.session(tmux, found.server, found.sessions[0].id)
    assert session.session_name == "proj"
    assert [window.window_name for window in session.windows] == ["one", "two"]


def test_none_of_another_server_and_none_that_is_gone(server: Server) -> None:
    tmux = Tmux("tmux", 2.0, server.home.env)
    found = project_list.read(tmux, server.socket)
    with pytest.raises(MissingSession):
        libtmux_objects.session(tmux, found.server, "$99")
    with pytest.raises(MissingSession):
        libtmux_objects.session(tmux, found.server._replace(start=1), found.sessions[0].id)


def test_a_server_that_hangs_is_an_error(server: Server) -> None:
    tmux = Tmux("tmux", 0.3, server.home.env)
    found = project_list.read(tmux, server.socket)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(TmuxTimeout):
            libtmux_objects.session(tmux, found.server, found.sessions[0].id)
    finally:
        os.kill(server.pid, signal.SIGCONT)
