"""viewsync health: alive, dead, missing, zombie and no server, each told apart, for exactly the pane named."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.server import Done, alive
from tests.support.sessions import add_row, by_jq, count, counting_tmux, create
from tests.support.wait import until
from tests.test_hot_path import FORBIDDEN, imported

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def health(server: Server, target: str, *words: str) -> Done:
    return server.home.viewsync("health", "-S", server.socket, "-t", target, *words)


def test_alive_with_what_the_program_does(server: Server, home: Home) -> None:
    made = create(server, "web", "--shell")
    server.tmux("send-keys", "-t", made["pane_id"], "sleep 1000", "Enter")
    until(lambda: server.show(made["pane_id"], "#{pane_current_command}") == "sleep", "the command")
    found = home.viewsync("health", "-s", "web").fields()
    assert found["command"] == "sleep"
    assert found["command_pid"] != found["pid"]
    assert found["cpu_percent"] >= 0
    assert found["memory_bytes"] > 100_000
    assert {key: found[key] for key in list(found)[:7]} == {
        "status": "healthy",
        "server_running": True,
        "session_exists": True,
        "pane_exists": True,
        "pane_dead": False,
        "pid": made["pid"],
        "process_running": True,
    }
    done = home.viewsync("health", "-s", "web", "--format", "text")
    assert done.out == f"Pane web:0.0 is healthy (PID: {made['pid']}, process running)\n"


def test_d8_of_two_panes_each_is_judged_for_itself(servers: Callable[..., Server]) -> None:
    server = servers(conf="set -g remain-on-exit on\n").start("-s", "p", "sh", "-c", "read line")
    server.tmux("split-window", "-t", "=p:0", "cat")
    server.tmux("send-keys", "-t", "=p:0.0", "Enter")
    until(lambda: server.show("=p:0.0", "#{pane_dead}") == "1", "the end of the first program")
    dead, well = health(server, "p:0.0"), health(server, "p:0.1")
    assert (dead.code, dead.json()["status"], dead.json()["pane_dead"], dead.json()["pid"]) == (1, "dead", True, None)
    assert (well.code, well.json()["status"]) == (0, "healthy")
    assert health(server, "p:0.0", "--format", "text").out == "Pane p:0.0 is dead (marked as dead by tmux)\n"


def test_missing_says_what_is_missing(server: Server) -> None:
    done = health(server, "nope:0.0")
    assert (done.code, done.json()["status"], done.json()["session_exists"]) == (2, "missing", False)
    done = health(server, "proj:0.7")
    assert (done.code, done.json()["session_exists"], done.json()["pane_exists"]) == (2, True, False)
    assert health(server, "nope", "--format", "text").out == "Session does not exist (target: nope)\n"
    assert health(server, "proj:9", "--format", "text").out == "Pane does not exist (target: proj:9)\n"
    assert health(server, "proj").code == 0


@pytest.mark.parametrize("target", ["pro", "pr*", "{last}", "~", "=pro", "0", "one", "proj:on", "%99", "$99"])
def test_d2_d3_a_prefix_a_pattern_or_a_window_is_no_session(server: Server, target: str) -> None:
    assert health(server, target).code == 2


def test_d2_a_gone_session_is_not_the_one_that_its_name_begins(server: Server, home: Home) -> None:
    create(server, "web")
    create(server, "web-prod", "--no-register")
    server.tmux("kill-session", "-t", "=web")
    assert home.viewsync("health", "-s", "web").code == 2


def test_a_zombie_is_a_pane_whose_program_ended(server: Server, home: Home) -> None:
    """tmux keeps the pane of an ended program while a pipe-pane has not taken all its output."""
    path = os.path.join(home.path, "pid")
    made = create(server, "z", "--", "sh", "-c", "read line; seq 100000")
    server.tmux("pipe-pane", "-t", made["pane_id"], f"echo $$ > {path}; exec sleep 1000")
    until(lambda: os.path.exists(path) and os.path.getsize(path), "the reader that does not read")
    try:
        server.tmux("send-keys", "-t", made["pane_id"], "Enter")
        until(lambda: not alive(made["pid"]), "the end of the program")
        done = home.viewsync("health", "-s", "z")
        assert (done.code, done.json()["status"], done.json()["process_running"]) == (3, "zombie", False)
        text = home.viewsync("health", "-s", "z", "--format", "text").out
        assert text == f"Pane z:0.0 is a zombie (pane exists but process {made['pid']} exited)\n"
        assert home.viewsync("list", "--json").json()["sessions"][0]["status"] == "zombie"
    finally:
        with open(path, encoding="utf-8") as file:
            os.kill(int(file.read()), signal.SIGKILL)


def test_a_pid_that_came_back_is_not_alive(server: Server, home: Home) -> None:
    create(server, "web")
    by_jq(home, ".sessions.web.pid_start -= 60")
    assert home.viewsync("health", "-s", "web").code == 3


def test_no_server(home: Home, servers: Callable[..., Server]) -> None:
    server = servers()
    done = health(server, "x")
    assert (done.code, done.json()["status"], done.json()["server_running"]) == (4, "server_not_running", False)
    text = health(server, "x", "--format", "text").out
    assert text == f"tmux server is not running on socket: {server.socket}\n"


def test_d22_a_pane_of_a_named_session_can_be_named_and_no_other(server: Server, home: Home) -> None:
    made = create(server, "web", "--", "cat")
    server.tmux("split-window", "-t", made["pane_id"], "cat")
    pid = int(server.show("=web:0.1", "#{pane_pid}"))
    assert home.viewsync("health", "-s", "web", "-t", "web:0.1").json()["pid"] == pid
    done = home.viewsync("health", "-s", "web", "-t", "proj:0.0")
    assert (done.code, done.out) == (64, "")
    assert "'proj:0.0' is not in session 'web'" in done.err


def test_the_only_session_needs_no_name(server: Server, home: Home) -> None:
    done = home.viewsync("health")
    assert (done.code, done.out) == (2, "")
    assert "No sessions found in registry (Create a session with" in done.err
    create(server, "web")
    assert home.viewsync("health").json()["target"] == "web:0.0"
    create(server, "two")
    done = home.viewsync("health")
    assert (done.code, done.out) == (64, "")
    assert "Multiple sessions found (2 total) (Please specify session name with -s or use -t/-S explicitly" in done.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-s", "nope"), 2, "Session 'nope' not found in registry"),
        (("-s",), 64, "-s/--session"),
        (("-t",), 64, "-t/--target"),
        (("--format",), 64, "--format"),
        (("--format", "xml"), 64, "xml"),
        (("-S", "/x"), 64, "target is required"),
        (("-L", "a", "-S", "/x", "-t", "y"), 64, "-L and -S name two servers"),
        (("--nonsense",), 64, "--nonsense"),
    ],
)
def test_d57_d62_a_wrong_argument_is_told_from_a_dead_pane(
    home: Home, words: tuple[str, ...], code: int, said: str
) -> None:
    done = home.viewsync("health", *words)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err


def test_d54_a_server_that_hangs_is_an_error_in_time(server: Server, home: Home) -> None:
    os.kill(server.pid, signal.SIGSTOP)
    words = ("health", "-S", server.socket, "-t", "proj")
    done = home.viewsync(*words, env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    assert (done.code, done.out) == (4, "")
    assert "did not answer within 0.3 s" in done.err


def test_d55_it_takes_no_lock_and_writes_nothing(server: Server, home: Home) -> None:
    create(server, "web")
    before = os.stat(os.path.join(home.state, ".sessions.json"))
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    for words in (("health", "-s", "web"), ("list", "--json"), ("kill", "--dry-run", "-s", "web")):
        assert home.viewsync(*words, env={"LOCK_TIMEOUT": "0.1"}).code == 0
    after = os.stat(os.path.join(home.state, ".sessions.json"))
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_d56_an_explicit_target_needs_no_state_folder(server: Server, home: Home) -> None:
    env = {"VIEWSYNC_STATE_DIR": "/proc/nope"}
    words = ("health", "-S", server.socket, "-t", "proj:0.0")
    assert home.viewsync(*words, env=env).code == 0
    assert home.viewsync("health", "-s", "web", env=env).code == 5


def test_one_tmux_call(server: Server, home: Home) -> None:
    add_row(home, "proj", server)
    env, log = counting_tmux(home)
    assert home.viewsync("health", "-s", "proj", env=env).code == 0
    assert count(log) == 1


def test_it_imports_nothing_that_it_does_not_need(server: Server, home: Home) -> None:
    create(server, "web")
    modules = imported(home, "health", "-s", "web")
    assert not modules & FORBIDDEN
    assert not modules & {"viewsync.views.cleanup", "viewsync.views.opening", "sqlite3"}
