"""safe-send.sh and wait-for-text.sh, on a real shell whose prompt is `$ `."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.reader import Reader
from tests.support.sessions import add_row
from tests.support.typing import screen, shell
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.shell_tools.conftest import Tools
    from tests.support.server import Home, Server

COMPAT = {"VIEWSYNC_COMPAT": "1"}
SEE = "Use 'list-sessions.sh' to see available sessions\n"


@pytest.fixture
def web(server: Server, home: Home) -> str:
    """The only registered session: the id of its pane."""
    pane = shell(server, "web")
    add_row(home, "web", server, pid=int(server.show(pane, "#{pane_pid}")))
    return pane


# --- safe-send.sh -----------------------------------------------------------------------------------------------------


def test_send_is_silent_and_types(tools: Tools, server: Server, web: str) -> None:
    done = tools("safe-send.sh", "-c", "echo $((40+2))")
    assert done == (0, "", "")
    until(lambda: "\n42\n" in screen(server, web), "the answer")
    assert tools("safe-send.sh", "-s", "web", "-c", "echo $((50+2))", "-w", "52", "-T", "10.5") == (0, "", "")
    assert tools("safe-send.sh", "-L", "default", "--target", "web:0.0", "--command", "") == (0, "", "")
    assert tools("safe-send.sh", "-S", server.socket, "-t", "web:0.0", "-c", "true") == (0, "", "")


def test_send_says_what_it_does_when_asked(tools: Tools, web: str) -> None:
    done = tools("safe-send.sh", "-v", "-c", "true")
    assert (done.code, done.out) == (0, "")
    assert all(line.startswith("[safe-send] ") for line in done.err.splitlines())
    assert "web:0.0" in done.err


@pytest.mark.parametrize(
    "text", ["echo hi;", "--version", "-R", "-tother:0.0", "Up", "__NOT_SET__", "a'b\"c$d", "é", " x"]
)
def test_d10_d11_d12_d25_text_is_text(tools: Tools, server: Server, text: str) -> None:
    reader = Reader(server, "raw")
    at = ("-S", server.socket, "-t", "raw:0.0")
    assert tools("safe-send.sh", *at, "-l", "-c", text) == (0, "", "")
    reader.gets(text.encode())
    assert tools("safe-send.sh", *at, "-c", text) == (0, "", "")
    reader.gets(f"{text}{text}\r".encode())


def test_d12_with_compat_the_name_of_a_key_is_that_key(tools: Tools, server: Server) -> None:
    reader = Reader(server, "raw")
    assert tools("safe-send.sh", "-S", server.socket, "-t", "raw:0.0", "-c", "BSpace", env=COMPAT) == (0, "", "")
    reader.gets(b"\x7f\r")


def test_d13_the_echo_is_no_answer_unless_asked_for(tools: Tools, web: str) -> None:
    line = ("-c", "sleep 1000; echo DONE", "-w", "DONE", "-T", "1")
    done = tools("safe-send.sh", *line)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: Timeout waiting for pattern 'DONE'")
    assert tools("safe-send.sh", *line, env=COMPAT) == (0, "", "")


def test_d23_waiting_works_on_a_named_server(tools: Tools, web: str) -> None:
    line = ("-L", "default", "-t", "web:0.0", "-c", "echo $((40+2))")
    assert tools("safe-send.sh", *line, "-w", "42") == (0, "", "")
    assert tools("safe-send.sh", *line, "-w", "") == (0, "", "")  # an empty pattern is none


def test_send_to_a_pane_that_is_not_ready(tools: Tools, server: Server, web: str) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    server.tmux("new-session", "-d", "-s", "dead", "true")
    until(lambda: server.show("=dead:", "#{pane_dead}") == "1", "a dead pane")
    done = tools("safe-send.sh", "-S", server.socket, "-t", "dead:0.0", "-c", "x")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("Error: Pane not ready")


def test_send_guesses_no_session(tools: Tools, server: Server, web: str, home: Home) -> None:
    add_row(home, "b", server)
    done = tools("safe-send.sh", "-c", "x")
    assert (done.code, done.out) == (4, "")
    assert done.err == (
        f"Error: Multiple sessions found (2 total)\nPlease specify session name with -s or use -t/-S explicitly\n{SEE}"
    )
    done = tools("safe-send.sh", "-s", "we", "-c", "x")
    assert (done.code, done.err) == (4, f"Error: Session 'we' not found in registry\n{SEE}")


def test_send_knows_no_session_where_none_is_registered(tools: Tools, server: Server, home: Home) -> None:
    told = "Error: No sessions found in registry\n"
    for words in (("-c", "x"), ("-c", "x", "-w", "y")):
        done = tools("safe-send.sh", *words)
        assert (done.code, done.out) == (4, "")
        assert done.err.startswith(told)
    add_row(home, "gone", server)  # registered, and not there: that is the pane's state
    assert tools("safe-send.sh", "-s", "gone", "-c", "x").code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), 'command is required (use -c "" to send just Enter)'),
        (("-S", "/x", "-c", "x"), "target is required"),
        (("-L", "x", "-c", "x"), "target is required"),
        (("-S", "/x", "-L", "y", "-t", "z", "-c", "x"), "Cannot specify both -S and -L options"),
        (("-c", "x", "-T", "soon"), "timeout must be a positive number"),
        (("-c", "x", "-T", "-1"), "timeout must be a positive number"),
        (("-c", "x", "-r", "0"), "retries must be a positive integer (>= 1)"),
        (("-c", "x", "-r", "1.5"), "retries must be a positive integer (>= 1)"),
        (("-c", "x", "-i", "abc"), "interval must be a positive number"),
        (("-c", "x", "-m", "-l"), "Error: --multiline and --literal are mutually exclusive"),
    ],
)
def test_send_refuses_wrong_arguments(tools: Tools, words: tuple[str, ...], said: str) -> None:
    done = tools("safe-send.sh", *words)
    assert (done.code, done.err) == (4, f"{said}\n")
    assert done.out.startswith("Usage: safe-send.sh ")


# --- wait-for-text.sh -------------------------------------------------------------------------------------------------


def test_wait_is_silent_when_it_finds(tools: Tools, server: Server, web: str) -> None:
    assert tools("wait-for-text.sh", "-p", r"^\$ ?$") == (0, "", "")
    tools("safe-send.sh", "-c", "echo a.c; echo ab")
    assert tools("wait-for-text.sh", "-s", "web", "-p", "a.c", "-F", "-T", "10") == (0, "", "")
    at = ("-S", server.socket, "--target", "web:0.0")
    assert tools("wait-for-text.sh", *at, "--pattern", "^ab$", "-i", "0.1", "-l", "50") == (0, "", "")


def test_wait_tells_in_three_parts_that_time_is_over(tools: Tools, server: Server, web: str) -> None:
    tools("safe-send.sh", "-c", "echo here", "-w", "here")
    done = tools("wait-for-text.sh", "-p", "never", "-T", "1")
    assert (done.code, done.out) == (1, "")
    first, second, *rest = done.err.splitlines()
    assert first == "Timed out after 1s waiting for pattern: never"
    assert re.fullmatch(r"Last \d+ lines from web:0\.0:", second)
    assert "here" in rest


def test_d13_d14_what_was_there_before_is_no_answer_unless_asked_for(tools: Tools, web: str) -> None:
    tools("safe-send.sh", "-c", "echo OLD", "-w", "^OLD")
    tools("safe-send.sh", "-c", "sleep 1000 # NEW")
    for pattern in ("OLD", "NEW"):
        assert tools("wait-for-text.sh", "-p", pattern, "-T", "1").code == 1
        assert tools("wait-for-text.sh", "-p", pattern, "-T", "10", env=COMPAT) == (0, "", "")


@pytest.mark.parametrize("words", [("-p", "(", "-T", "9"), ("-t", "nosuch:0.0", "-p", "x"), ("-s", "nope", "-p", "x")])
def test_d26_what_cannot_come_is_not_waited_for(tools: Tools, web: str, words: tuple[str, ...]) -> None:
    done = tools("wait-for-text.sh", *words)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: ")
    assert "Timed out" not in done.err


def test_wait_without_a_server(tools: Tools, home: Home) -> None:
    done = tools("wait-for-text.sh", "-S", os.path.join(home.path, "none"), "-t", "x:0.0", "-p", "x")
    assert done.code == 1
    assert done.err.startswith("Error: ")


def test_wait_ends_when_the_program_does(tools: Tools, server: Server, servers: Callable[..., Server]) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    server.tmux("new-session", "-d", "-s", "dead", "true")
    done = tools("wait-for-text.sh", "-S", server.socket, "-t", "dead", "-p", "never", "-T", "100")
    assert (done.code, done.out) == (1, "")
    assert "ended" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "target and pattern are required"),
        (("-s", "web"), "target and pattern are required"),
        (("-p", ""), "target and pattern are required"),
        (("-p", "x", "-S", "/x"), "target is required"),
        (("-p", "x", "-T", "1.5"), "timeout must be an integer number of seconds"),
        (("-p", "x", "-T", "1m"), "timeout must be an integer number of seconds"),
        (("-p", "x", "-l", "many"), "lines must be an integer"),
        (("-p", "x", "-l", "-5"), "lines must be an integer"),
        (("-p", "x", "-i", "abc"), "interval must be a positive number"),
    ],
)
def test_d30_wait_refuses_wrong_arguments(tools: Tools, words: tuple[str, ...], said: str) -> None:
    done = tools("wait-for-text.sh", *words)
    assert (done.code, done.err) == (1, f"{said}\n")
    assert done.out.startswith("Usage: wait-for-text.sh ")


def test_d30_a_timeout_is_decimal(tools: Tools, web: str) -> None:
    assert tools("wait-for-text.sh", "-p", r"\$", "-T", "08") == (0, "", "")
