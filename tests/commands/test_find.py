"""viewsync find: the sessions of tmux servers, registered or not."""

from __future__ import annotations

import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def names(out: str) -> list[str]:
    return [line.split()[1] for line in out.splitlines() if line.startswith("  - ")]


def test_d59_a_session_is_a_line_with_its_state_and_its_start(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-s", "café")
    server.open("proj")
    server.home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=café"])
    done = home.viewsync("find", "-S", server.socket, "-q", "caf", env={"LC_ALL": "C"})
    assert done.code == 0
    head, line = done.out.splitlines()
    assert head == f"Sessions on socket path '{server.socket}':"
    assert re.fullmatch(r"  - café \((at|de)tached, started \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)", line)
    assert "\\t" not in line


def test_d59_attached_is_said_however_many_are_on_it(server: Server, home: Home) -> None:
    from tests.support.wait import until

    for _ in range(2):
        home.program(["tmux", "-S", server.socket, "attach-session", "-t", "=proj"])
    until(lambda: server.show("=proj:", "#{session_attached}") == "2", "two clients")
    assert "  - proj (attached, started " in home.viewsync("find").out


def test_the_servers_are_called_as_they_were_named(servers: Callable[..., Server], home: Home) -> None:
    servers("default").start("-s", "a")
    servers("work").start("-s", "b")
    assert home.viewsync("find").out.startswith("Sessions on default socket:\n  - a (detached, started ")
    assert home.viewsync("find", "-L", "work").out.startswith("Sessions on socket name 'work':\n  - b (")
    assert home.viewsync("find", "--socket", "work").out == home.viewsync("find", "-L", "work").out
    assert home.viewsync("find", "-q", "zzz").out == "No sessions found on default socket\n"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("WEB", ["web", "w.eb"][:1]),
        ("0", []),
        ("session", []),
        ("[", []),
        ("w.b", []),
        (".*", []),
        ("", ["proj", "web"]),
    ],
)
def test_d60_a_query_is_text_in_the_name(server: Server, home: Home, query: str, expected: list[str]) -> None:
    server.tmux("new-session", "-d", "-s", "web")
    done = home.viewsync("find", f"--query={query}")
    assert (done.code, names(done.out)) == (0, expected)


def test_d61_all_passes_over_what_is_stale_or_hangs(servers: Callable[..., Server], home: Home) -> None:
    one, two, dead, hung = (servers(label).start("-s", label) for label in ("one", "two", "dead", "hung"))
    os.kill(dead.pid, signal.SIGKILL)
    os.kill(hung.pid, signal.SIGSTOP)
    done = home.viewsync("find", "--all", "--json", env={"VIEWSYNC_TMUX_TIMEOUT": "1"})
    assert done.code == 0
    found = {server["socket"]: [session["name"] for session in server["sessions"]] for server in done.json()["servers"]}
    mine = {socket: sessions for socket, sessions in found.items() if socket.startswith(home.path)}
    assert mine == {one.socket: ["one"], two.socket: ["two"]}
    assert "did not answer" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--all", "-L", "x"), "Cannot combine --all with -L or -S"),
        (("-L", "x", "-S", "/y"), "Use either -L or -S, not both"),
        (("-L", "nope"), "No tmux server found on socket name 'nope'"),
        (("-S", "/nonexistent/s"), "No tmux server found on socket path '/nonexistent/s'"),
        ((), "No tmux server found on default socket"),
        (("-q",), "-q/--query"),
        (("-L",), "-L/--socket"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_d62_an_error_is_one_line_and_1(home: Home, words: tuple[str, ...], said: str) -> None:
    done = home.viewsync("find", *words)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert said in done.err
