"""The reading of all panes: who is on a session, what it is grouped with, and what is not understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.context import Context
from viewsync.tmux import pane_list
from viewsync.tmux.server import ServerGone

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def test_a_session_with_a_view_and_a_suspended_client(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-s", "own")
    _, view = server.open("proj")
    tab = home.program(["tmux", "-u", "-S", server.socket, "attach-session", "-t", "=own"])
    until(lambda: server.clients().get(tab.pid), "the client")
    server.tmux("suspend-client", "-t", tab.tty)
    until(lambda: server.show("=own:", "#{session_attached}") == "0", "the suspension")
    found = {pane.session_name: pane for pane in pane_list.read(Context(home.env).tmux, server.socket).panes}
    told = {name: (pane.attached, pane.marked, pane.group) for name, pane in found.items()}
    assert told == {"proj": (False, False, "proj"), "own": (True, False, ""), view: (True, True, "proj")}
    assert str(found["own"].created) == server.show("=own:", "#{session_created}")


def test_a_line_that_is_not_understood_makes_it_incomplete() -> None:
    pane = "P\t$1\t@1\t%1\t0\t0\t1\t1\t0\t77\t0\t0\t0\t0\t5\t0\tweb\tshell\t"
    server = "V\t10\t20\t3.3a\n"
    whole = pane_list.parse("/s", f"{pane}\n{server}")
    assert (whole.complete, len(whole.panes), whole.panes[0].group) == (True, 1, "")
    for line in (pane + "\tmore", pane.replace("$1", "1"), "garbled", pane.rpartition("\t")[0]):
        assert not pane_list.parse("/s", f"{line}\n{server}").complete


def test_no_server_is_not_a_failed_reading(home: Home) -> None:
    with pytest.raises(ServerGone):
        pane_list.read(Context(home.env).tmux, f"{home.path}/none")


def test_what_is_read_along_changes_no_name(server: Server, home: Home) -> None:
    """3.4 puts a backslash before the `$`, but not in what a pane shows."""
    server.tmux("rename-session", "-t", "=proj:", "a$HOME")
    tmux = Context(home.env).tmux
    found, said = pane_list.read_with(
        tmux, server.socket, [["display-message", "-p", "V\t1"], ["capture-pane", "-t", "%99"]]
    )
    assert (found, said) == (pane_list.read(tmux, server.socket), "V\t1\n")
