"""pane-health.sh."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import add_row, by_jq, create, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.shell_tools.conftest import Tools
    from tests.support.server import Home, Server


def test_a_healthy_pane(tools: Tools, server: Server) -> None:
    pid = create(server, "web")["pid"]
    done = tools("pane-health.sh")
    assert (done.code, done.err) == (0, "")
    told = done.json()
    assert not {"schema", "verb"} & set(told)
    fields = ("status", "server_running", "session_exists", "pane_exists", "pane_dead", "pid", "process_running")
    assert tuple(told[field] for field in fields) == ("healthy", True, True, True, False, pid, True)
    done = tools("pane-health.sh", "-s", "web", "--format", "text")
    assert (done.code, done.out) == (0, f"Pane web:0.0 is healthy (PID: {pid}, process running)\n")
    done = tools("pane-health.sh", "-S", server.socket, "-t", "web", "--format", "text")
    assert (done.code, done.out) == (0, f"Pane web is healthy (PID: {pid}, process running)\n")
    assert tools("pane-health.sh", "--target", "web:0.0", env={"TMUX_TMPDIR": server.home.path}).code == 0


def test_d8_a_dead_pane_beside_a_living_one(tools: Tools, server: Server) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    server.tmux("new-session", "-d", "-s", "p", "exit 3")
    server.tmux("split-window", "-t", "=p:", "sleep 1000")
    until(lambda: server.show("=p:.0", "#{pane_dead}") == "1", "a dead pane")
    done = tools("pane-health.sh", "-S", server.socket, "-t", "p:0.0", "--format", "text")
    assert (done.code, done.out) == (1, "Pane p:0.0 is dead (marked as dead by tmux)\n")
    assert tools("pane-health.sh", "-S", server.socket, "-t", "p:0.1").code == 0


def test_what_is_missing(tools: Tools, server: Server, home: Home) -> None:
    at = ("-S", server.socket, "--format", "text", "-t")
    assert tools("pane-health.sh", *at, "pro").out == "Session does not exist (target: pro)\n"
    done = tools("pane-health.sh", *at, "proj:0.7")
    assert (done.code, done.out) == (2, "Pane does not exist (target: proj:0.7)\n")
    none = os.path.join(home.path, "none.sock")
    done = tools("pane-health.sh", "-S", none, "-t", "x", "--format", "text")
    assert (done.code, done.out) == (4, f"tmux server is not running on socket: {none}\n")
    assert tools("pane-health.sh", "-S", none, "-t", "x").json()["status"] == "server_not_running"


def test_d57_what_names_no_one_session_gives_1_under_this_name(tools: Tools, server: Server, home: Home) -> None:
    see = "Use 'list-sessions.sh' to see available sessions\n"
    done = tools("pane-health.sh")
    assert done.code == 1
    assert done.err == (
        "Error: No sessions found in registry\n"
        "Create a session with 'create-session.sh' or specify -t and -S explicitly\n"
    )
    add_row(home, "a", server)
    add_row(home, "b", server)
    done = tools("pane-health.sh")
    assert done.code == 1
    assert done.err == (
        f"Error: Multiple sessions found (2 total)\nPlease specify session name with -s or use -t/-S explicitly\n{see}"
    )
    done = tools("pane-health.sh", "-s", "nope")
    assert (done.code, done.err) == (1, f"Error: Session 'nope' not found in registry\n{see}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "xml"), "format must be 'json' or 'text'"),
        (("-S", "/x"), "target is required"),
    ],
)
def test_wrong_arguments(tools: Tools, words: tuple[str, ...], said: str) -> None:
    done = tools("pane-health.sh", *words)
    assert (done.code, done.err) == (1, f"{said}\n")
    assert done.out.startswith("Usage: pane-health.sh ")


def test_a_registry_that_cannot_be_read_gives_1(tools: Tools, home: Home) -> None:
    os.mkdir(home.state, mode=0o700)
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write('{"sess')
    for words in ((), ("-s", "web")):
        done = tools("pane-health.sh", *words)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("Error: the registry ")


@pytest.mark.parametrize("words", [("-s", "web"), ()])
def test_looking_counts_as_use_of_a_session_that_is_registered(
    tools: Tools, server: Server, home: Home, words: tuple[str, ...]
) -> None:
    create(server, "web")
    long_ago = "2025-11-23T12:00:00Z"
    for name, asked in (("pane-health.sh", ()), ("wait-for-text.sh", ("-p", ".", "-T", "10"))):
        by_jq(home, ".sessions.web.last_active = $when", when=long_ago)
        assert tools(name, "-S", server.socket, "-t", "web:0.0", *asked).code == 0
        assert rows(home)["web"]["last_active"] == long_ago
        assert tools(name, *words, *asked).code == 0
        assert rows(home)["web"]["last_active"] > long_ago


def test_the_health_is_told_while_somebody_holds_the_lock(tools: Tools, server: Server, home: Home) -> None:
    create(server, "web")
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    assert tools("pane-health.sh", "-s", "web").json()["status"] == "healthy"


def test_d56_an_explicit_target_needs_no_folder(tools: Tools, server: Server) -> None:
    env = {"VIEWSYNC_STATE_DIR": "/proc/nope"}
    assert tools("pane-health.sh", "-S", server.socket, "-t", "proj", env=env).code == 0
