"""viewsync kill: exactly one session ends, and its row with it; any other survives whatever it is called."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.sessions import add_row, by_jq, create, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def test_both_are_done(server: Server, home: Home) -> None:
    create(server, "web")
    done = home.viewsync("kill", "-s", "web", "-v")
    assert done.code == 0
    assert done.out.splitlines() == [
        "Killing tmux session: web",
        "  ✓ Tmux session killed successfully",
        "Removing from registry: web",
        "  ✓ Removed from registry successfully",
        "Session 'web' fully removed",
    ]
    assert server.socket in done.err
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_the_last_session_of_a_server_too(servers: Callable[..., Server], home: Home) -> None:
    server = servers()
    create(server, "web")
    assert home.viewsync("kill").code == 0
    assert (server.sessions(), rows(home)) == ([], {})


def test_a_dry_run_only_tells(server: Server, home: Home) -> None:
    create(server, "web")
    done = home.viewsync("kill", "-s", "web", "--dry-run")
    assert done.code == 0
    assert done.out.splitlines() == [
        "Dry-run mode: Would perform the following operations:",
        f'  1. Kill tmux session: tmux -S "{server.socket}" kill-session -t "web"',
        "  2. Remove from registry: web",
    ]
    done = home.viewsync("kill", "-S", server.socket, "-t", "proj", "--dry-run")
    assert done.out.splitlines()[2] == "  2. Session not in registry, skip deregistration"
    assert server.sessions() == ["proj", "web"]
    assert list(rows(home)) == ["web"]


def test_a_session_that_is_gone_leaves_its_row_to_be_removed(server: Server, home: Home) -> None:
    create(server, "web")
    server.tmux("kill-session", "-t", "=web")
    done = home.viewsync("kill", "-s", "web")
    assert done.code == 1
    assert "✗ Failed to kill tmux session: there is no such session" in done.err
    assert "Warning: Partial removal of session 'web'" in done.err
    assert rows(home) == {}


def test_a_locked_registry_makes_it_a_part(server: Server, home: Home) -> None:
    create(server, "web")
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    done = home.viewsync("kill", "-s", "web", env={"LOCK_TIMEOUT": "0.1"})
    assert done.code == 1
    assert "✗ Failed to remove from registry: Failed to acquire lock" in done.err
    assert (server.sessions(), list(rows(home))) == (["proj"], ["web"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-s", "nope"), 2, "Session 'nope' not found in registry"),
        ((), 2, "No sessions found in registry"),
        (("-S", "/x"), 3, "Both -S and -t must be specified together"),
        (("-t", "x:0.0"), 3, "Both -S and -t must be specified together"),
        (("-s",), 3, "-s/--session"),
        (("-S",), 3, "-S/--socket"),
        (("--nonsense",), 3, "--nonsense"),
    ],
)
def test_a_wrong_argument(home: Home, words: tuple[str, ...], code: int, said: str) -> None:
    done = home.viewsync("kill", *words)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert said in done.err


def test_several_sessions_are_not_guessed_between(server: Server, home: Home) -> None:
    create(server, "a")
    create(server, "b")
    done = home.viewsync("kill")
    assert done.code == 2
    assert "Multiple sessions found (2 total)" in done.err
    assert len(server.sessions()) == 3


def test_d2_the_session_that_its_name_begins_survives(server: Server, home: Home) -> None:
    create(server, "web")
    create(server, "web-prod", "--no-register")
    server.tmux("kill-session", "-t", "=web")
    assert home.viewsync("kill", "-s", "web").code == 1
    assert home.viewsync("kill", "-S", server.socket, "-t", "web:0.0").code == 2
    assert server.sessions() == ["proj", "web-prod"]


@pytest.mark.parametrize("target", ["*eta:0.0", "bet", "be?a", "{last}", "~", "shell", "", "0.0", "=bet:"])
def test_d3_no_pattern_hits_anything(server: Server, home: Home, target: str) -> None:
    create(server, "beta")
    done = home.viewsync("kill", "-S", server.socket, "-t", target)
    assert done.code in (2, 3)
    assert server.sessions() == ["proj", "beta"]
    assert list(rows(home)) == ["beta"]


def test_d4_d5_a_row_of_the_shell_tools_that_tmux_renamed_hits_no_other_session(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-s", "other", "-n", "build")
    add_row(home, "build.0", server)
    assert home.viewsync("kill", "-s", "build.0").code == 1
    assert server.sessions() == ["proj", "other"]


def test_d38_an_explicit_target_stands_above_a_name(server: Server, home: Home) -> None:
    create(server, "keep")
    create(server, "bye")
    assert home.viewsync("kill", "-S", server.socket, "-t", "bye:0.0", "-s", "keep").code == 0
    assert server.sessions() == ["proj", "keep"]
    assert list(rows(home)) == ["keep"]


@pytest.mark.parametrize("by", ["viewsync", "jq"])
def test_d39_a_session_of_that_name_on_another_server_stays_registered(
    servers: Callable[..., Server], home: Home, by: str
) -> None:
    one, two = servers("one").start("-s", "x"), servers("two").start("-s", "web")
    if by == "jq":
        one.tmux("new-session", "-d", "-s", "web")
        add_row(home, "web", one)
    else:
        create(one, "web")
    done = home.viewsync("kill", "-S", two.socket, "-t", "web:0.0")
    assert done.code == 0
    assert "Removing from registry" not in done.out
    assert (two.sessions(), list(rows(home))) == ([], ["web"])
    assert "web" in one.sessions()


def test_d40_what_is_nowhere_is_neither(home: Home) -> None:
    done = home.viewsync("kill", "-S", os.path.join(home.path, "none.sock"), "-t", "nope:0.0")
    assert done.code == 2
    assert "Error: Failed to remove session 'nope'" in done.err


def test_d54_a_server_that_hangs_keeps_its_session_and_its_row(server: Server, home: Home) -> None:
    create(server, "web")
    os.kill(server.pid, signal.SIGSTOP)
    done = home.viewsync("kill", "-s", "web", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, signal.SIGCONT)
    assert done.code == 2
    assert "did not answer" in done.err
    assert (server.sessions(), list(rows(home))) == (["proj", "web"], ["web"])


def test_a_later_server_on_the_same_socket_loses_nothing(servers: Callable[..., Server], home: Home) -> None:
    first = servers()
    create(first, "web")
    first.stop()
    second = servers().start("-s", "web")
    assert home.viewsync("kill", "-s", "web").code == 1
    assert (second.sessions(), rows(home)) == (["web"], {})


def test_by_pane_id_it_is_the_session_of_that_pane(server: Server, home: Home) -> None:
    made = create(server, "web")
    assert home.viewsync("kill", "-S", server.socket, "-t", made["pane_id"]).code == 0
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_json(server: Server, home: Home) -> None:
    made = create(server, "web")
    assert home.viewsync("kill", "-s", "web", "--json").fields() == {
        "name": "web",
        "socket": server.socket,
        "session_id": made["session_id"],
        "killed": True,
        "registered": True,
        "deregistered": True,
        "live_on": [],
        "steps": [],
        "problems": [],
        "pane_id": None,
        "moved_to": None,
        "ended_processes": [],
        "living_processes": [],
        "dry_run": False,
    }


def test_a_row_of_that_name_for_another_server_stays(servers: Callable[..., Server], home: Home) -> None:
    one = servers("one").start("-s", "x")
    create(one, "web")
    by_jq(home, '.sessions.web.socket = "/tmp/another.sock"')
    assert home.viewsync("kill", "-S", one.socket, "-t", "web").code == 0
    assert rows(home)["web"]["socket"] == "/tmp/another.sock"
