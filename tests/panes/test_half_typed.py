"""A line that somebody has half typed at a prompt: nothing is run together with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Done, Server

SHELLS = {
    "bash": ["env", "PS1=$ ", "bash", "--norc"],
    "sh": ["env", "PS1=$ ", "sh"],
    "python": [sys.executable, "-q"],
}


def start(server: Server, *argv: str) -> None:
    server.tmux("new-session", "-d", "-s", "web", *argv)
    until(lambda: shown(server).rstrip().endswith(("$", ">>>", "✗")), "its prompt")


def shown(server: Server) -> str:
    return server.tmux("capture-pane", "-p", "-t", "web:")


def types(server: Server, text: str) -> None:
    """As somebody does who is attached."""
    server.tmux("send-keys", "-t", "web:", "-l", text)
    until(lambda: shown(server).rstrip().endswith(text.rstrip()), "what was typed")


def send(server: Server, *words: str) -> Done:
    return server.home.viewsync("send", "-S", server.socket, "-t", "web", *words)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("before", [False, True], ids=["at first", "after a sending"])
def test_a_half_typed_line_is_known_and_nothing_is_sent(server: Server, shell: str, before: bool) -> None:
    start(server, *SHELLS[shell])
    line, answer, more = ("print(40 + 2)", "42", "7 *") if shell == "python" else ("echo $((40+2))", "42", "rm -r x")
    if before:
        assert send(server, "-c", line, "-w", f"^{answer}$").code == 0
        until(lambda: shown(server).rstrip().endswith(("$", ">>>")), "its prompt")
    types(server, more)
    there = shown(server)
    done = send(server, "-c", line)
    assert (done.code, done.err.count("\n"), f"typed '{more}' at its prompt" in done.err) == (3, 1, True)
    assert "--draft clear" in done.err
    assert shown(server) == there
    done = send(server, "-c", line, "--draft", "clear", "-w", f"^{answer}$", "-o", "--json")
    assert (done.code, done.json()["cleared"], done.json()["output"]) == (0, True, [answer]), shown(server)
    assert "cleared what was half typed" in done.err


def test_what_is_meant_to_be_one_line_stays_one(server: Server) -> None:
    start(server, *SHELLS["bash"])
    assert send(server, "-c", "true", "-w", r"\$ $").code == 0
    for words in (("-l", "-c", "echo a"), ("-c", "b", "-w", "^ab$"), ("--keys", "e", "c", "h", "o"), ("-c", " c")):
        assert send(server, *words).code == 0, shown(server)
    until(lambda: "\nc\n" in shown(server), "the answer")
    types(server, "echo d")
    assert send(server, "--draft", "keep", "-c", "e", "-w", "^de$").code == 0
    types(server, "echo f")
    assert send(server, "-c", "", "-w", "^f$").code == 0
    types(server, "echo g")
    assert send(server, "--compat", "-c", "h").code == 0
    until(lambda: "\ngh\n" in shown(server), "the answer")
    done = send(server, "-c", "true", "--draft", "clear", "--json")
    assert (done.code, done.json()["cleared"]) == (0, False)


def test_a_prompt_that_grows_and_a_question_are_no_draft(server: Server) -> None:
    """As a theme's does in a folder that became a repository; and a program's question behind the same beginning."""
    start(server, "env", "PS1=\u279c dir \u2717 ", "bash", "--norc")
    assert send(server, "-c", "PS1='\u279c dir git:(main) \u2717 '").code == 0
    until(lambda: "git:(main) \u2717" in shown(server).rstrip().splitlines()[-1], "the new prompt")
    assert send(server, "-c", "read -p '\u279c dir \u2717 sure? ' x; echo \"[$x]\"").code == 0
    until(lambda: shown(server).rstrip().endswith("sure?"), "the question")
    assert send(server, "-c", "yes", "-w", r"^\[yes\]$").code == 0
    assert send(server, "-c", 'printf %s half; sleep 0.2; read y; echo "[$y]"').code == 0
    until(lambda: shown(server).rstrip().endswith("half"), "output without a line's end")
    assert send(server, "-c", "done", "-w", r"^\[done\]$").code == 0
