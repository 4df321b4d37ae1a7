"""Sessions and their rows: many at once, half-made ones, stale ones, and beside jq under flock(1)."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sessions import add_row, by_jq, create, listed, note_pid, rows
from tests.support.wait import until
from viewsync.context import Context
from viewsync.errors import TmuxTimeout
from viewsync.registry import rows as registry_rows
from viewsync.registry import targets
from viewsync.registry.rules.row import registered
from viewsync.sessions import creating, killing
from viewsync.system import processes
from viewsync.tmux import pane_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def start(home: Home, *words: str, **env: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [home.launcher, *words], env={**home.env, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def finish(made: list[subprocess.Popen[bytes]]) -> list[tuple[int, bytes]]:
    return [(process.wait(60), process.communicate(timeout=60)[0]) for process in made]


def holder(home: Home) -> Any:
    """Somebody who holds the registry's lock, as flock(1) does, until he reads a line."""
    os.makedirs(home.state, mode=0o700, exist_ok=True)
    tab = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in tab.text(), "the lock")
    return tab


def test_d35_what_says_that_it_is_registered_is(server: Server, home: Home) -> None:
    made = [start(home, "create", "-S", server.socket, "-n", f"s{number}", "--", "cat") for number in range(24)]
    done = finish(made)
    assert [code for code, _ in done] == [0] * 24
    assert all(json.loads(out)["registered"] for _, out in done)
    assert set(rows(home)) == {f"s{number}" for number in range(24)}
    assert {session["status"] for session in listed(home).values()} == {"alive"}


def test_d35_a_lock_that_is_held_is_an_error_and_no_session(server: Server, home: Home) -> None:
    held = holder(home)
    done = home.viewsync("create", "-S", server.socket, "-n", "web", env={"LOCK_TIMEOUT": "0.2"})
    assert (done.code, done.out) == (75, "")
    assert "Failed to acquire lock after 0.2s" in done.err
    held.type("\n")
    held.wait()
    assert (server.sessions(), rows(home)) == (["proj"], {})


@pytest.mark.parametrize("sockets", [1, 2])
def test_d37_of_two_creates_of_one_name_one_wins(servers: Callable[..., Server], home: Home, sockets: int) -> None:
    on = [servers(str(number)).start("-s", "first") for number in range(sockets)]
    made = [start(home, "create", "-S", on[number % sockets].socket, "-n", "web") for number in range(6)]
    assert sorted(code for code, _ in finish(made)) == [0, 2, 2, 2, 2, 2]
    assert sum("web" in server.sessions() for server in on) == 1
    assert listed(home)["web"]["status"] == "alive"


def test_d42_a_row_whose_server_is_gone_blocks_no_name(servers: Callable[..., Server], home: Home) -> None:
    first = servers()
    create(first, "web")
    first.stop()
    second = servers()
    assert create(second, "web")["registered"]
    assert listed(home)["web"]["status"] == "alive"


def test_d42_a_row_whose_session_is_gone_blocks_no_name(server: Server, home: Home) -> None:
    create(server, "web")
    server.tmux("kill-session", "-t", "=web")
    assert create(server, "web")["registered"]
    add_row(home, "old", server)
    assert create(server, "old")["registered"]


def test_a_row_of_a_server_that_does_not_answer_keeps_its_name(servers: Callable[..., Server], home: Home) -> None:
    hung, well = servers("hung").start("-s", "web"), servers("well").start()
    add_row(home, "web", hung)
    os.kill(hung.pid, 19)
    done = home.viewsync("create", "-S", well.socket, "-n", "web", env={"VIEWSYNC_TMUX_TIMEOUT": "1"})
    assert done.code == 3
    assert "did not answer" in done.err
    assert well.sessions() == ["proj"]


def test_a_name_that_is_just_being_made_is_taken_and_that_of_a_dead_maker_is_not(server: Server, home: Home) -> None:
    me = os.getpid()
    fields = {"state": "creating", "maker": me, "maker_start": processes.start_time(me)}
    add_row(home, "web", server, **fields)
    assert home.viewsync("create", "-S", server.socket, "-n", "web").code == 2
    by_jq(home, ".sessions.web.maker_start -= 60")
    assert create(server, "web")["registered"]


def test_a_maker_that_was_killed_leaves_a_row_that_finds_its_session(
    servers: Callable[..., Server], home: Home
) -> None:
    """The row stands before the session: here its maker ends right after tmux made it."""
    server = servers(conf="set -g base-index 1\n").start("-s", "first")
    path = os.path.join(home.path, "tmux-then-die")
    with open(path, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\ntmux "$@"\nkill -9 $PPID\n')
    os.chmod(path, 0o700)
    done = home.viewsync("--tmux", path, "create", "-S", server.socket, "-n", "web")
    assert done.code == -9
    assert rows(home)["web"]["state"] == "creating"
    assert listed(home)["web"]["status"] == "alive"
    assert home.viewsync("create", "-S", server.socket, "-n", "web").code == 2
    assert home.viewsync("kill", "-s", "web").code == 0
    assert (server.sessions(), rows(home)) == (["first"], {})


def test_a_server_that_hangs_leaves_the_row_to_find_what_it_may_have_made(server: Server, home: Home) -> None:
    os.kill(server.pid, 19)
    ctx = Context({**home.env, "VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    with pytest.raises(TmuxTimeout, match="Failed to create tmux session 'web'"):
        creating.create(ctx, creating.CreateRequest("web", socket=server.socket))
    os.kill(server.pid, 18)
    assert rows(home)["web"]["state"] == "creating"


def test_a_registry_that_cannot_be_completed_is_said(server: Server, home: Home) -> None:
    """tmux makes the session, and the lock is taken before the row can be completed."""
    path = os.path.join(home.path, "tmux-then-lock")
    lock = os.path.join(home.state, ".sessions.lock")
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            f'#!/bin/sh\ntmux "$@" || exit\n'
            f"flock {lock} sh -c 'echo $$ > {home.path}/held; exec sleep 1000' >/dev/null 2>&1 </dev/null &\n"
            f"until [ -s {home.path}/held ]; do :; done\n"
        )
    os.chmod(path, 0o700)
    words = ("--tmux", path, "create", "-S", server.socket, "-n", "web")
    done = home.viewsync(*words, env={"LOCK_TIMEOUT": "0.2"})
    with open(os.path.join(home.path, "held"), encoding="utf-8") as file:
        os.kill(int(file.read()), 9)
    assert (done.code, done.json()["registered"]) == (4, False)
    assert "Warning: Session created but failed to register in registry" in done.err
    assert "web" in server.sessions()
    assert listed(home)["web"]["status"] == "alive"


@pytest.mark.parametrize("text", ["{not json", ""])
def test_d41_a_corrupt_registry_is_set_aside_and_said(server: Server, home: Home, text: str) -> None:
    os.makedirs(home.state, mode=0o700)
    path = os.path.join(home.state, ".sessions.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    done = home.viewsync("create", "-S", server.socket, "-n", "web")
    assert (done.code, done.json()["registered"]) == (0, True)
    assert "the registry" in done.err
    assert [name for name in os.listdir(home.state) if ".corrupt-" in name]
    create(server, "two")
    assert list(rows(home)) == ["web", "two"]


def test_d51_a_lock_that_is_a_link_is_set_aside_and_its_target_stays(server: Server, home: Home) -> None:
    os.makedirs(home.state, mode=0o700)
    victim = os.path.join(home.path, "victim.txt")
    with open(victim, "w", encoding="utf-8") as file:
        file.write("precious")
    os.symlink(victim, os.path.join(home.state, ".sessions.lock"))
    done = home.viewsync("create", "-S", server.socket, "-n", "web")
    assert done.code == 0
    assert ".sessions.lock was a symbolic link, so it was not used: it was set aside as" in done.err
    with open(victim, encoding="utf-8") as file:
        assert file.read() == "precious"


def test_d51_a_folder_that_is_open_to_others_is_closed(servers: Callable[..., Server], home: Home) -> None:
    os.makedirs(home.state, mode=0o755)
    made = home.viewsync("create", "-n", "web").json()
    server = servers()
    server.socket = made["socket"]
    note_pid(server)
    assert os.stat(home.state).st_mode & 0o777 == 0o700


def test_d58_a_newer_registry_is_never_rewritten(server: Server, home: Home) -> None:
    add_row(home, "web", server)
    by_jq(home, '.version = "9.9"')
    path = os.path.join(home.state, ".sessions.json")
    with open(path, encoding="utf-8") as file:
        before = file.read()
    assert home.viewsync("create", "-S", server.socket, "-n", "new").code == 4
    assert home.viewsync("kill", "-s", "web").code == 2
    with open(path, encoding="utf-8") as file:
        assert file.read() == before
    assert server.sessions() == ["proj"]


def test_rows_of_jq_are_read_used_and_kept(server: Server, home: Home) -> None:
    server.tmux("new-session", "-d", "-s", "theirs")
    add_row(home, "theirs", server, note={"by": "jq"})
    by_jq(home, '.extra = [1] | .sessions.gone = {socket: "/nowhere", target: "gone:0.0", mine: true}')
    before = home.registry()
    assert {name: session["status"] for name, session in listed(home).items()} == {"gone": "server", "theirs": "alive"}
    create(server, "ours")
    assert home.viewsync("kill", "-s", "ours").code == 0
    assert {key: home.registry()[key] for key in before} == before
    assert home.viewsync("kill", "-s", "theirs").code == 0
    assert list(rows(home)) == ["gone"]


def test_our_rows_are_read_and_changed_by_jq(server: Server, home: Home) -> None:
    create(server, "web")
    asked = '.sessions.web | "\\(.socket) \\(.target) \\(.type) \\(.pid)"'
    argv = ["jq", "-r", asked, os.path.join(home.state, ".sessions.json")]
    told = subprocess.run(argv, capture_output=True, check=True, text=True).stdout.split()
    assert told == [server.socket, "web:0.0", "shell", str(rows(home)["web"]["pid"])]
    by_jq(home, '.sessions.web.last_active = "2030-01-01T00:00:00Z"')
    assert listed(home)["web"]["last_active"] == "2030-01-01T00:00:00Z"
    assert home.viewsync("kill", "-s", "web").code == 0
    assert rows(home) == {}


def test_a_row_that_stands_for_another_session_by_now_is_not_removed(server: Server, home: Home) -> None:
    create(server, "web")
    ctx = Context(home.env)
    (seen,) = registry_rows.read(ctx.registry)
    server.tmux("kill-session", "-t", "=web")
    create(server, "web")
    assert not registry_rows.remove(ctx.registry, seen)
    assert list(rows(home)) == ["web"]


def test_a_kill_is_for_the_server_that_was_read(server: Server, home: Home) -> None:
    ctx = Context(home.env)
    server.tmux("new-session", "-d", "-s", "other")
    found = pane_list.read(ctx.tmux, server.socket)
    from viewsync.tmux import guarded_kill

    assert not guarded_kill.kill(ctx.tmux, found.server._replace(start=found.server.start - 1), "$1")
    assert not guarded_kill.kill(ctx.tmux, found.server, "$7")
    assert server.sessions() == ["proj", "other"]
    assert guarded_kill.kill(ctx.tmux, found.server, "$1")
    assert server.sessions() == ["proj"]


def test_a_reading_that_is_not_understood_ends_no_row(server: Server, home: Home) -> None:
    """A row is only forgotten when its session is certainly not there."""
    path = os.path.join(home.path, "tmux-garbled")
    with open(path, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\ntmux "$@" | sed "s/^P.*/P\\tgarbled/"\n')
    os.chmod(path, 0o700)
    add_row(home, "proj", server)
    ctx = Context({**home.env, "VIEWSYNC_TMUX": path})
    done = killing.kill(ctx, targets.TargetArgs(session="proj"), dry_run=False)
    assert (done.killed, done.removed) == (False, False)
    assert listed(home, env={"VIEWSYNC_TMUX": path})["proj"]["status"] == "unknown"
    assert home.viewsync("create", "-S", server.socket, "-n", "proj", env={"VIEWSYNC_TMUX": path}).code == 2
    assert (server.sessions(), list(rows(home))) == (["proj"], ["proj"])


def test_times_are_utc_whatever_the_clock_of_the_place(server: Server, home: Home) -> None:
    create(server, "web", env={"TZ": "Asia/Tokyo"})
    row = registered("web", rows(home)["web"])
    assert abs(time.time() - time.mktime(time.strptime(row.created_at, "%Y-%m-%dT%H:%M:%SZ")) + time.timezone) < 60
    assert listed(home, env={"TZ": "America/Lima"})["web"]["age"] < 60
