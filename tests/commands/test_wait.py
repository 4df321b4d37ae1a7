"""viewsync wait: the command line of waiting."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import count, counting_tmux, create
from tests.support.typing import screen, type_in
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def test_found(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "echo A; echo B")
    done = home.viewsync("wait", "-p", "^B$")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert home.viewsync("wait", "-s", "sh", "-p", "^B$", "-o").out == "A\nB\n"
    told = home.viewsync("wait", "-s", "sh", "-p", "^B$", "--json").fields()
    assert told == {
        "outcome": "found",
        "pattern": "^B$",
        "line": "B",
        "output": ["A", "B"],
        "exit_status": None,
        "full_screen": False,
        "missing": False,
        "session": "sh",
        "target": "sh:0.0",
    }


def test_time_is_over(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "echo A")
    done = home.viewsync("wait", "-p", "never", "-T", "0.3")
    assert (done.code, done.out) == (1, "")
    assert "Timed out after 0.3s waiting for pattern: never" in done.err
    assert "Last 2 lines from sh:0.0:" in done.err


def test_what_may_be_the_echo_and_a_full_screen_program_are_named(server: Server, home: Home, pane: str) -> None:
    go = os.path.join(home.path, "go")
    busy = f"until [ -e {go} ]; do sleep 0.05; done"
    type_in(server, pane, busy + r"; printf 'who ~ echo DONE\n'; read x; printf '\033[?1049hOVER'; read x")
    until(lambda: server.show(pane, "#{pane_current_command}") == "sleep", "a program that is busy")
    type_in(server, pane, "echo DONE")
    with open(go, "w", encoding="utf-8"):
        pass
    done = home.viewsync("wait", "-p", "DONE$", "-T", "1.5")
    assert (done.code, "may be the echo" in done.err) == (1, True), done
    until(lambda: "OVER" in screen(server, pane), "the full-screen program")
    told = home.viewsync("wait", "-p", "never", "-T", "0.2", "--json")
    assert (told.code, told.json()["outcome"], told.json()["full_screen"]) == (1, "timeout", True)
    assert "a full-screen program has the pane" in home.viewsync("wait", "-p", "never", "-T", "0.2").err


def test_stopped_and_ended(server: Server, home: Home, pane: str) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    type_in(server, pane, "echo bad; exit 3")
    assert home.viewsync("wait", "-p", "never", "--stop", "^bad$").code == 2
    done = home.viewsync("wait", "-p", "never")
    assert done.code == 3
    assert "ended with status 3" in done.err
    told = home.viewsync("wait", "--exit", "--json")
    assert (told.code, told.json()["outcome"], told.json()["exit_status"]) == (0, "exited", 3)


def test_a_session_that_is_gone_already_has_ended(server: Server, home: Home, pane: str) -> None:
    server.tmux("kill-pane", "-t", pane)
    assert home.viewsync("wait", "-s", "sh", "--exit").code == 0
    assert home.viewsync("wait", "-s", "sh", "-p", "x").code == 3
    assert home.viewsync("wait", "-S", server.socket, "-t", "sh", "--exit").code == 3


@pytest.mark.parametrize("verb", [("wait", "--exit"), ("follow",)])
def test_the_last_session_takes_its_server_along(
    servers: Callable[..., Server], home: Home, verb: tuple[str, ...]
) -> None:
    server = servers()
    create(server, "sh", "-e", "PS1=$ ", "--", "sh")
    env, log = counting_tmux(home)
    tab = home.tab(*verb, "-s", "sh", env=env)
    until(lambda: os.path.exists(log) and count(log) >= 2, "the first look")
    server.tmux("send-keys", "-t", "=sh:", "exit", "Enter")
    assert tab.wait() == 0, tab.text()


def test_silence(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "echo A")
    assert home.viewsync("wait", "--idle", "300ms", "--json").json()["outcome"] == "idle"


def test_fixed_text(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "echo '(gdb) [x'")
    assert home.viewsync("wait", "-F", "-p", "(gdb) [x").code == 0


def test_compat_counts_the_echo_and_what_was_there(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "read x; echo DONE")
    assert home.viewsync("wait", "-p", "DONE", "-T", "0.2").code == 1
    assert home.viewsync("wait", "-p", "DONE", "-T", "0.2", "--compat").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "target and pattern are required"),
        (("-p", "("), "not a pattern"),
        (("-p", "x", "-T", "soon"), "-T"),
        (("-p", "x", "-i", "abc"), "-i"),  # D30
        (("-p", "x", "-l", "-1"), "lines must be an integer"),
        (("-p", "x", "--new", "--all"), "not allowed"),
        (("--idle", "0"), "--idle"),
        (("-p",), "expected one argument"),
    ],
)
def test_arguments(home: Home, words: tuple[str, ...], message: str) -> None:
    done = home.viewsync("wait", *words)
    assert done.code == 1
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_d30_numbers_with_a_zero_in_front(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "echo A")
    assert home.viewsync("wait", "-p", "^A$", "-T", "08").code == 0


def test_d26_what_can_never_come_is_an_error_of_its_own(server: Server, home: Home, pane: str) -> None:
    assert home.viewsync("wait", "-S", server.socket, "-t", "nosuch:0.0", "-p", "x").code == 3
    assert home.viewsync("wait", "-s", "nosuch", "-p", "x").code == 3
    assert home.viewsync("wait", "-S", f"{home.path}/none", "-t", "a", "-p", "x").code == 4
    os.kill(server.pid, signal.SIGSTOP)
    try:
        assert home.viewsync("wait", "-p", "x", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"}).code == 4  # D54
    finally:
        os.kill(server.pid, signal.SIGCONT)


def test_interrupted(server: Server, home: Home, pane: str) -> None:
    env, log = counting_tmux(home)
    tab = home.tab("wait", "-p", "never", "-T", "60", env=env)
    until(lambda: os.path.exists(log) and count(log) >= 2, "the first look")
    tab.signal(signal.SIGINT)
    assert tab.wait() == 130


def test_a_pattern_that_looks_like_an_option(server: Server, home: Home, pane: str) -> None:
    type_in(server, pane, "echo --json")
    assert home.viewsync("wait", "-p", "--json").out == ""
    assert home.viewsync("wait", "-p", "-S", "--stop", "^--json$").code == 2
