"""What the tests ask tmux over its socket has the answer that tmux's own client gets."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import tmux_client
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Server

ASKED = {
    "a text": ("display-message", "-p", "#{session_name} #{client_utf8} 日本 #{pane_id}"),
    "a list": ("list-panes", "-a", "-F", "#{window_index}\t#{pane_id}\t#{pane_pid}"),
    "two commands": ("display-message", "-p", "a", ";", "display-message", "-p", "b"),
    "nothing": ("set-option", "-g", "@x", "y"),
    "much": ("display-message", "-p", "#{@big}" * 20),
    "a branch": ("if-shell", "-F", "1", "display-message -p yes"),
    "no such session": ("has-session", "-t", "=none"),
    "no such command": ("fly",),
    "an error behind an answer": ("display-message", "-p", "a", ";", "kill-session", "-t", "=none"),
    "what a shell says": ("run-shell", "echo out; echo err >&2; exit 3"),
    "a variable": ("run-shell", "echo $HOME; pwd"),
    "a folder": ("new-session", "-d", "-P", "-F", "#{session_path}"),
    "the screen": ("capture-pane", "-p", "-t", "=proj:one"),
    "its keys": ("list-keys",),
}


def program(server: Server, *words: str) -> tmux_client.Answer:
    argv = ["tmux", "-u", "-S", server.socket, *words]
    done = subprocess.run(argv, env=server.home.env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return tmux_client.Answer(done.returncode, done.stdout, done.stderr)


def asked(server: Server, *words: str) -> tmux_client.Answer:
    assert tmux_client.may_ask(words)
    answer = tmux_client.ask(server.socket, words, server.home.env, os.getcwd(), 60)
    assert answer
    return answer


@pytest.mark.parametrize("what", ASKED)
def test_it_is_the_programs_answer(server: Server, what: str) -> None:
    server.tmux("set-option", "-g", "@big", "0123456789" * 1000)
    until(lambda: server.tmux("capture-pane", "-p", "-t", "=proj:one").strip(), "its prompt")
    assert asked(server, *ASKED[what]) == program(server, *ASKED[what])


@pytest.mark.parametrize("ask", [program, asked])
def test_the_last_session_takes_the_server_along(server: Server, ask: Callable[..., tmux_client.Answer]) -> None:
    assert ask(server, "kill-session", "-t", "=proj") == (0, b"", b"")
    until(lambda: program(server, "list-sessions").code, "the end of the server")
    assert tmux_client.ask(server.socket, ("list-sessions",), server.home.env, "/", 60) is None


@pytest.mark.parametrize("ask", [program, asked])
def test_a_server_that_is_killed_has_not_answered(server: Server, ask: Callable[..., tmux_client.Answer]) -> None:
    done = ask(server, "run-shell", f"kill -9 {server.pid}; sleep 1")
    assert (done.code, done.out, done.err) == (1, b"", b"server exited unexpectedly\n")


def test_a_long_answer_is_whole(server: Server) -> None:
    server.tmux("set-option", "-g", "@big", "0123456789" * 1000)
    assert asked(server, "display-message", "-p", "#{@big}" * 20).out == b"0123456789" * 20000 + b"\n"


def test_one_that_does_not_answer_in_time_is_given_up(server: Server) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        tmux_client.ask(server.socket, ("run-shell", "sleep 2"), server.home.env, "/", 0.1)


@pytest.mark.parametrize(
    "words",
    [
        *(("attach-session", "-t", "=proj"), ("new-session", "-s", "a"), ("source-file", "-"), ("load-buffer", "-")),
        *(("display-message", "-p", "a", ";", "attach"), (), ("display-message", "-p", "x" * 20000)),
    ],
)
def test_the_rest_is_for_the_program(words: tuple[str, ...]) -> None:
    assert not tmux_client.may_ask(words)
