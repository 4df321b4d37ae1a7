"""Another host's tmux: readers get from it what they get from ours, and its process ids and terminals are nobody's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.context import Context
from viewsync.errors import TmuxError, TmuxMissing, TmuxTimeout
from viewsync.hosts import reaching
from viewsync.system.ssh import ConnectionLost, Unreachable
from viewsync.tmux import capture, inventory, pane_list, pid_namespaces, screen
from viewsync.tmux.capture import Look, Range
from viewsync.tmux.server import ServerGone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.far_host import FarHost
    from tests.support.server import Home, Server
    from viewsync.tmux.server import Tmux

SOCKET = reaching.socket("far", "", "")


@pytest.fixture
def tmux(home: Home, far: FarHost) -> Tmux:
    return reaching.context(Context(home.env), "far").tmux


@pytest.fixture
def proj(far: FarHost) -> Iterator[Server]:
    found = far.server()
    yield found
    found.stop()


def test_a_reading_is_that_of_the_far_server(tmux: Tmux, proj: Server, far: FarHost) -> None:
    reading = pane_list.read(tmux, SOCKET)
    assert [(pane.session_name, pane.window_name, pane.pid) for pane in reading.panes] == [
        ("proj", "one", 0),
        ("proj", "two", 0),
    ]
    assert (reading.server.socket, reading.server.pid, reading.complete) == ("far:default", proj.pid, True)
    assert not pid_namespaces.is_here(reading.server)
    assert [session.name for session in inventory.inventory(tmux, SOCKET).sessions] == ["proj"]


def test_other_servers_by_name_and_by_path(tmux: Tmux, far: FarHost) -> None:
    work = far.server("-s", "w", label="work")
    try:
        for socket in (reaching.socket("far", "work", ""), reaching.socket("far", "", work.socket)):
            assert [pane.session_name for pane in pane_list.read(tmux, socket).panes] == ["w"]
    finally:
        work.stop()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh"])
def test_whatever_the_login_shell_is_and_says(tmux: Tmux, proj: Server, far: FarHost, shell: str) -> None:
    far.login(shell, before="echo 'Welcome to far'; echo 'You have mail' >&2")
    proj.tmux("rename-window", "-t", "=proj:one", "a 'b' $c \\ \"d\"")
    reading = pane_list.read(tmux, SOCKET)
    assert [pane.window_name for pane in reading.panes] == [proj.show("=proj:0", "#{window_name}"), "two"]
    assert tmux.run(SOCKET, "has-session", "-t", "=nope").err == "can't find session: nope\n"


def test_input_of_any_size_and_any_bytes(tmux: Tmux, proj: Server) -> None:
    text = "".join(map(chr, range(1, 256))) * 4000 + "\udcff end"
    tmux.ask(SOCKET, "load-buffer", "-b", "x", "-", stdin=text)
    assert tmux.ask(SOCKET, "show-buffer", "-b", "x") == text


def test_what_a_pane_shows(tmux: Tmux, proj: Server) -> None:
    pane = proj.show("=proj:", "#{pane_id}")
    proj.tmux("send-keys", "-t", pane, "echo 'far''away'", "Enter")
    until(lambda: "faraway" in proj.tmux("capture-pane", "-p", "-t", pane), "the answer")
    server = pane_list.read(tmux, SOCKET).server
    assert "faraway" in capture.read(tmux, server, pane, Look(Range(), False, False, False)).text
    shown = screen.read(tmux, SOCKET, pane, None)
    assert any(row.endswith("faraway") for row in shown.rows)
    assert shown.pid == 0


def test_nobody_listens_there(tmux: Tmux, proj: Server, home: Home, far: FarHost) -> None:
    for socket in (reaching.socket("far", "none", ""), reaching.socket("far", "", f"{far.home.path}/none")):
        with pytest.raises(ServerGone, match=f"^no tmux server on {socket}$"):
            pane_list.read(tmux, socket)
    pane_list.read(tmux, SOCKET)
    proj.stop()
    with pytest.raises(ServerGone):
        pane_list.read(tmux, SOCKET)


def test_a_file_in_a_sockets_place_is_not_asked(tmux: Tmux, far: FarHost) -> None:
    path = os.path.join(far.home.path, "file")
    with open(path, "w", encoding="utf-8"):
        pass
    with pytest.raises(TmuxError, match=r"not a socket of yours"):
        pane_list.read(tmux, reaching.socket("far", "", path))


def test_no_tmux_there(tmux: Tmux, far: FarHost, monkeypatch: pytest.MonkeyPatch) -> None:
    from viewsync.system.rules import far_shell

    monkeypatch.setattr(far_shell, "_FOLDERS", ("/nowhere",))
    bare = os.path.join(far.home.path, "bare")
    os.mkdir(bare)
    os.symlink("/bin/sh", os.path.join(bare, "sh"))
    far.login("sh", path=bare)
    with pytest.raises(TmuxMissing, match=r"^there is no tmux on far") as raised:
        pane_list.read(tmux, SOCKET)
    assert "`ssh far tmux -V`" in raised.value.hint


def test_an_account_that_may_run_nothing(tmux: Tmux, far: FarHost) -> None:
    far.login("sh", before="echo 'This account is closed.'; exit 1")
    with pytest.raises(TmuxError, match=r"did not run what it was asked \(exit code 1\): This account is closed\.$"):
        pane_list.read(tmux, SOCKET)


def test_a_host_that_cannot_be_reached_is_no_server_that_is_gone(tmux: Tmux, proj: Server, far: FarHost) -> None:
    far.stop()
    with pytest.raises(Unreachable, match=r"^far cannot be reached: Connection refused$"):
        pane_list.read(tmux, SOCKET)
    far.start()
    assert pane_list.read(tmux, SOCKET).server.pid == proj.pid


def test_a_connection_that_breaks_says_that_something_may_have_been_done(
    tmux: Tmux, proj: Server, far: FarHost
) -> None:
    pane_list.read(tmux, SOCKET)
    before = far.connections()
    far.login("sh", before="kill -9 $PPID")  # of sshd, which serves us
    with pytest.raises(ConnectionLost):
        pane_list.read(tmux, SOCKET)
    assert before
    far.login("sh")
    pane_list.read(tmux, SOCKET)
    far.login("sh", before="kill -9 $PPID")
    with pytest.raises(ConnectionLost, match=r"^the connection to far broke before anything was answered$") as raised:
        tmux.run(SOCKET, "kill-session", "-t", "$99")
    assert "what it was asked may still be done" in raised.value.hint
    proj.tmux("has-session", "-t", "=proj")


@pytest.mark.parametrize("before", ["read -r x", "exec bash", "cat >/dev/null"])
def test_a_start_up_file_that_takes_the_input_is_named(tmux: Tmux, proj: Server, far: FarHost, before: str) -> None:
    far.login("sh", before=before)
    with pytest.raises(TmuxError, match=r"^the login shell on far took what was meant for tmux, so nothing was run"):
        tmux.ask(SOCKET, "load-buffer", "-b", "x", "-", stdin="touch pwned\n" * 9)
    assert proj.tmux("list-buffers") == ""


def test_a_host_that_froze_has_a_bound(home: Home, tmux: Tmux, proj: Server, far: FarHost) -> None:
    hasty = reaching.context(Context({**home.env, "VIEWSYNC_TMUX_TIMEOUT": "1"}), "far").tmux
    pane_list.read(tmux, SOCKET)
    far.freeze()
    try:
        with pytest.raises(TmuxTimeout, match=r"^the tmux server on far:default did not answer within 1 s$"):
            pane_list.read(hasty, SOCKET)
        with pytest.raises(TmuxTimeout) as raised:
            hasty.run(SOCKET, "kill-session", "-t", "$99")
        assert "what it was asked may still be done" in raised.value.hint
    finally:
        far.thaw()
    until(lambda: tmux.ask(SOCKET, "display-message", "-p", "ok"), "an answer")
