"""A server seen again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.tmux import pane_list, polling
from viewsync.tmux.server import ServerGone, Tmux

if TYPE_CHECKING:
    from tests.support.server import Server


def door(server: Server) -> Tmux:
    return Tmux("tmux", 5.0, server.home.env)


def test_it_sees_what_a_reading_of_all_panes_does(server: Server) -> None:
    tmux = door(server)
    found = polling.look(tmux, server.socket, None)
    assert found.panes == pane_list.read(tmux, server.socket)
    assert set(found.marks) == {pane.id for pane in found.panes.panes}


def test_output_changes_the_mark_and_nothing_does_not(server: Server) -> None:
    tmux = door(server)
    server.tmux("new-session", "-d", "-s", "cat", "cat")
    (pane,) = server.tmux("list-panes", "-t", "=cat:", "-F", "#{pane_id}").split()
    before = polling.look(tmux, server.socket, None)
    server.tmux("send-keys", "-t", pane, "-l", "hello")
    after = until(
        lambda: (now := polling.look(tmux, server.socket, before)).marks[pane] != before.marks[pane] and now, "it"
    )
    assert after
    assert polling.active(after.marks[pane]) > 0


def test_the_last_line_with_anything_on_it(server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "one", "printf 'first\\nlast of all\\n\\n\\n'; exec sleep 1000")
    server.tmux("new-session", "-d", "-s", "none", "exec sleep 1000")
    one, none = (server.show(f"={name}:", "#{pane_id}") for name in ("one", "none"))
    until(lambda: "last of all" in server.tmux("capture-pane", "-p", "-t", one), "the lines")
    tmux = door(server)
    assert polling.last_lines(tmux, server.socket, [one, none]) == {one: "last of all", none: ""}
    assert polling.last_lines(tmux, server.socket, []) == {}


def test_a_pane_that_is_gone_takes_nothing_with_it_that_was_read(server: Server) -> None:
    tmux = door(server)
    (pane, *_) = server.tmux("list-panes", "-a", "-F", "#{pane_id}").split()
    assert set(polling.last_lines(tmux, server.socket, [pane, "%999", pane])) == {pane}


def test_more_panes_than_go_into_one_call(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "_MOST", 1)
    panes = server.tmux("list-panes", "-a", "-F", "#{pane_id}").split()
    assert len(panes) == 2
    assert set(polling.last_lines(door(server), server.socket, panes)) == set(panes)


def test_no_server(server: Server) -> None:
    with pytest.raises(ServerGone):
        polling.look(door(server), f"{server.socket}x", None)
