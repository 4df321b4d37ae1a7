"""What tmux tells in words alone, as the tmux that is there has them; and words that are not known."""

from __future__ import annotations

import os

import pytest

from tests.support.server import ROOT, Home, Server, alive, listens
from tests.support.sessions import create, rows
from tests.support.wait import until
from viewsync.errors import MissingSession, TmuxError
from viewsync.tmux import capture, messages, pane_list, screen, scrollback
from viewsync.tmux.server import ServerGone, Tmux

# Names that are what tmux says of something else.
NAMES: tuple[str, ...] = (
    "lost server",
    "server exited",
    "server exited unexpectedly",
    "no server running on",
    "duplicate session",
)
NAMES += ("can't find pane", "no current target", "x duplicate session= y", "x can't find pane= y")


def said(server: Server, *words: str) -> str:
    done = server.run(*words)
    assert done.code == 1
    return done.err


def test_a_name_that_is_taken(server: Server) -> None:
    server.tmux("new-session", "-d", "-s", "other")
    script = os.path.join(server.home.path, "script")
    with open(script, "w", encoding="utf-8") as file:
        file.write("new-session -d -s proj\n")
    for words in (
        ("new-session", "-d", "-s", "proj"),
        ("rename-session", "-t", "=other:", "proj"),
        ("if-shell", "-F", "1", "rename-session -t '=other:' -- 'proj'"),
        ("source-file", script),
    ):
        assert messages.duplicate(said(server, *words)), words


def test_a_pane_that_is_gone(server: Server) -> None:
    tmux, pane = Tmux("tmux", 5.0, server.home.env), "%99"
    reading = pane_list.read(tmux, server.socket)
    assert messages.no_pane(said(server, "capture-pane", "-p", "-t", pane))
    for _ in range(2):
        with pytest.raises(MissingSession):
            screen.read(tmux, server.socket, pane, None)
        with pytest.raises(MissingSession):
            capture.read(tmux, reading.server, pane, capture.Look(capture.Range(None, None), False, False, False))
        assert scrollback.read(tmux, server.socket, pane) is None
        # And once more on a server that has lost its last session.
        server.tmux("set-option", "-s", "exit-empty", "off")
        server.run("kill-session", "-t", "=proj")


def test_a_server_that_ends_while_it_is_asked(server: Server) -> None:
    pid = server.pid
    assert messages.hung_up(said(server, "run-shell", f"kill -9 {pid}"))
    until(lambda: not alive(pid), "the server's end")
    # A child of it that has not begun its program yet holds the socket for a moment, and whoever connects is lost.
    until(lambda: not listens(server.socket), "that nobody listens any more")
    assert messages.no_server(said(server, "list-sessions"), server.socket)


def test_another_server_that_is_not_there(server: Server) -> None:
    """Its name begins with ours."""
    told = said(Server(server.home, "default2"), "list-sessions")
    assert messages.no_server(told, f"{server.socket}2")
    assert not messages.no_server(told, server.socket)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_reads_like_a_message_is_a_name(server: Server, home: Home, name: str) -> None:
    tmux = Tmux("tmux", 5.0, home.env)
    for words in (("has-session", "-t", f"={name}"), ("kill-session", "-t", f"={name}")):
        with pytest.raises(TmuxError, match="can't find session") as told:
            tmux.ask(server.socket, *words)
        assert not isinstance(told.value, ServerGone)
        assert not messages.duplicate(told.value.message)
        assert not messages.no_pane(told.value.message)
    done = home.viewsync("create", "-S", server.socket, "-n", name, "--", "cat")
    assert done.code in (0, 1), done  # 1: no name of ours may look so
    assert "does not understand" not in done.err


@pytest.mark.parametrize("words", ["kein Server auf {}", "there is no server on {}", "{}", ""])
def test_words_that_are_not_known_forget_nothing(server: Server, home: Home, words: str) -> None:
    """As a later tmux may have them."""
    create(server, "sh", "--", "sh")
    path = os.path.join(home.path, "other-tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n[ \"$1\" = -V ] && exec tmux -V\necho '{words.format(server.socket)}' >&2\nexit 1\n")
    os.chmod(path, 0o700)
    before = (list(rows(home)), server.sessions())
    for verb in (["cleanup"], ["cleanup", "--views"], ["reconcile"], ["sweep"], ["kill", "-s", "sh"], ["health"]):
        done = home.viewsync(*verb, env={"VIEWSYNC_TMUX": path})
        assert "a bug" not in done.err
        assert (list(rows(home)), server.sessions()) == before, verb
    create_again = ["create", "-S", server.socket, "-n", "sh", "--", "cat"]
    assert home.viewsync(*create_again, env={"VIEWSYNC_TMUX": path}).code != 0
    assert (list(rows(home)), server.sessions()) == before


def test_tmuxs_words_are_read_in_one_file() -> None:
    known = ("duplicate session", "can't find", "no current", "no server running", "error connecting", "server exited")
    found = []
    for folder, _, names in os.walk(os.path.join(ROOT, "viewsync")):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    text = file.read()
                found += [name for phrase in known if phrase in text]
    assert set(found) == {"messages.py"}
