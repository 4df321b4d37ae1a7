"""viewsync cleanup of sessions: what goes and why is told first, and what is in use or not certain stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sessions import add_row, by_jq, count, counting_tmux, create, rows
from tests.support.wait import until
from viewsync.context import Context
from viewsync.sessions import evidence, expiring
from viewsync.sessions.rules.expiry import ExpiryCriteria

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Home, Server

OLD = "2020-01-01T00:00:00Z"


def cleanup(home: Home, *words: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """What `--json` says, session by session."""
    done = home.viewsync("cleanup", "--json", *words, env=env)
    assert done.code == 0, done
    return {session["name"]: session for session in done.json()["sessions"]}


def attach(server: Server, session: str) -> Tab:
    tab = server.home.program(["tmux", "-u", "-S", server.socket, "attach-session", "-t", f"={session}"])
    until(lambda: server.clients().get(tab.pid) == session, "the client")
    return tab


def die(server: Server, name: str, *words: str) -> None:
    """A registered session with one pane, whose program has ended and whose pane is kept."""
    create(server, name, "--", "sh", "-c", "echo last words; read line")
    server.tmux("set-option", "-t", f"={name}:", "remain-on-exit", "on")
    until(lambda: "last words" in server.tmux("capture-pane", "-p", "-t", f"={name}:"), "its words")
    server.tmux("send-keys", "-t", f"={name}:", "Enter")
    until(lambda: server.show(f"={name}:", "#{pane_dead}") == "1", "its end")


def age(home: Home, name: str, **fields: str) -> None:
    by_jq(home, ".sessions[$name] += $fields", name=name, fields={"created_at": OLD, "last_active": OLD, **fields})


def test_the_words_of_the_tool(server: Server, home: Home) -> None:
    assert home.viewsync("cleanup").out == "No sessions in registry.\n"
    create(server, "web")
    assert home.viewsync("cleanup").out == "No sessions to clean up.\n"
    add_row(home, "gone", server)
    assert home.viewsync("cleanup", "--dry-run").out.splitlines() == [
        "Dry-run mode: Would remove 1 session(s):",
        "  - gone (dead/missing/zombie)",
    ]
    assert list(rows(home)) == ["web", "gone"]
    assert home.viewsync("cleanup", "--verbose").out.splitlines() == [
        "  web: kept (alive)",
        "Removing 1 session(s):",
        "  - gone (dead/missing/zombie)",
        "Removed 1 session(s) successfully.",
    ]
    assert (list(rows(home)), server.sessions()) == (["web"], ["proj", "web"])


def test_json(server: Server, home: Home) -> None:
    create(server, "web")
    done = home.viewsync("cleanup", "--all", "--json").fields()
    assert done == {
        "removed": 1,
        "kept": 0,
        "failed": 0,
        "dry_run": False,
        "sessions": [
            {
                "name": "web",
                "socket": server.socket,
                "status": "alive",
                "action": "end",
                "reason": "all sessions mode",
                "removed": True,
                "ended": True,
                "evidence": None,
                "problem": None,
                "ended_processes": [],
                "living_processes": [],
            }
        ],
        "errors": [],
    }


def test_what_it_will_do_is_told_before_it_is_done(server: Server, home: Home) -> None:
    """tmux is asked to end something only when the lines are out: a wrapper of it looks."""
    create(server, "web")
    out, path = os.path.join(home.path, "out"), os.path.join(home.path, "tmux-that-looks")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\ncase "$*" in *source-file*) cp {out} {out}.then;; esac\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    with open(out, "wb") as file_out:
        argv = [home.launcher, "--tmux", path, "cleanup", "--all"]
        subprocess.run(argv, env=home.env, stdout=file_out, check=True, timeout=30)
    with open(f"{out}.then", encoding="utf-8") as file:
        assert file.read().splitlines() == ["Removing 1 session(s):", "  - web (all sessions mode)"]


@pytest.mark.parametrize("words", [("--all",), ("--older-than", "1h"), ("--idle-than", "1h")])
def test_d44_the_session_ends_with_its_row_so_the_name_is_free(
    server: Server, home: Home, words: tuple[str, ...]
) -> None:
    create(server, "web")
    age(home, "web")
    assert cleanup(home, *words)["web"]["ended"]
    assert (server.sessions(), rows(home)) == (["proj"], {})
    create(server, "web")


def test_d44_a_row_of_the_shell_tools_ends_its_session_by_its_whole_name(server: Server, home: Home) -> None:
    for name in ("web", "web-prod"):
        server.tmux("new-session", "-d", "-s", name)
    add_row(home, "web", server)
    assert cleanup(home, "--all")["web"]["ended"]
    assert (server.sessions(), rows(home)) == (["proj", "web-prod"], {})


def test_the_last_session_takes_its_server_with_it(servers: Callable[..., Server], home: Home) -> None:
    server = servers()
    create(server, "a")
    create(server, "b")
    assert [session["removed"] for session in cleanup(home, "--all").values()] == [True, True]
    assert rows(home) == {}


def test_d45_a_session_that_was_used_just_now_is_not_old(server: Server, home: Home) -> None:
    create(server, "used")
    create(server, "old")
    create(server, "ageless")
    by_jq(home, ".sessions.used.created_at = $old", old=OLD)
    age(home, "old")
    by_jq(home, ".sessions.ageless |= del(.created_at, .last_active)")
    assert cleanup(home, "--older-than", "1h", "--dry-run")["used"]["action"] == "keep"
    assert cleanup(home, "--older-than", "1h")["ageless"]["reason"] == "alive, of unknown age"
    assert list(rows(home)) == ["used", "ageless"]


def test_d45_a_heartbeat_keeps_it(server: Server, home: Home) -> None:
    create(server, "web")
    age(home, "web")
    assert home.viewsync("heartbeat", "-s", "web").code == 0
    assert cleanup(home, "--idle-than", "1h", "--older-than", "1h")["web"]["action"] == "keep"


@pytest.mark.parametrize("text", ["", "1", "1x", "99999999999999999999d", "-1h", " 1h", "1h\n", "h", "1 h"])
@pytest.mark.parametrize("flag", ["--older-than", "--idle-than"])
def test_d46_what_is_no_duration_is_an_error(server: Server, home: Home, flag: str, text: str) -> None:
    create(server, "web")
    done = home.viewsync("cleanup", f"{flag}={text}")
    assert (done.code, done.err.count("\n")) == (1, 1), done
    assert "Invalid duration format: " in done.err
    assert "Use format like: 30m, 2h, 1d" in done.err
    assert list(rows(home)) == ["web"]


@pytest.mark.parametrize(("text", "goes"), [("0s", True), ("08h", False), ("1m", False)])
def test_d46_a_duration_is_meant_as_it_stands(server: Server, home: Home, text: str, goes: bool) -> None:
    create(server, "web")
    assert cleanup(home, "--older-than", text)["web"]["removed"] is goes


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Lima", "UTC"])
def test_d47_times_are_utc_whatever_the_clock_of_the_place(server: Server, home: Home, zone: str) -> None:
    create(server, "web", env={"TZ": zone})
    create(server, "old")
    age(home, "old")
    found = cleanup(home, "--older-than", "1h", env={"TZ": zone})
    assert [found[name]["removed"] for name in ("old", "web")] == [True, False]


@pytest.mark.parametrize("words", [("--all",), ("--older-than", "1h"), ()])
def test_attached_it_stays(server: Server, home: Home, words: tuple[str, ...]) -> None:
    die(server, "dead")
    create(server, "web")
    for name in ("dead", "web"):
        age(home, name)
        attach(server, name)
    found = cleanup(home, *words)
    assert found["dead"]["reason"] == "attached"
    assert {session["action"] for session in found.values()} == {"keep"}
    assert server.sessions() == ["proj", "dead", "web"]
    assert "web: kept: attached" in home.viewsync("cleanup", "--all").err


def test_attached_through_a_view_it_stays(server: Server, home: Home) -> None:
    create(server, "web")
    _, view = server.open("web")
    assert cleanup(home, "--all")["web"]["reason"] == "attached"
    assert server.sessions() == ["proj", "web", view]


def test_with_a_view_that_waits_for_somebody_it_stays(server: Server, home: Home) -> None:
    """Its windows would live on in the view, and come back under its name."""
    create(server, "web")
    view = home.viewsync("open", "--json", "-S", server.socket, "web").json()["view"]
    assert cleanup(home, "--all")["web"]["reason"] == "it has a view"
    assert server.sessions() == ["proj", "web", view]
    server.tmux("kill-session", "-t", f"={view}")
    assert cleanup(home, "--all")["web"]["ended"]


def test_two_rows_of_one_session_end_it_together_or_not_at_all(server: Server, home: Home) -> None:
    create(server, "web")
    by_jq(home, ".sessions.also = .sessions.web")
    assert home.viewsync("quarantine", "-s", "also").code == 0
    assert {session["action"] for session in cleanup(home, "--all").values()} == {"keep"}
    assert "web" in server.sessions()
    home.viewsync("release", "-s", "also")
    assert [session["removed"] for session in cleanup(home, "--all").values()] == [True, True]
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_a_suspended_client_is_on_it_too(server: Server, home: Home) -> None:
    create(server, "web")
    tab = attach(server, "web")
    server.tmux("suspend-client", "-t", tab.tty)
    until(lambda: server.show("=web:", "#{session_attached}") == "0", "the suspension")
    assert cleanup(home, "--all")["web"]["reason"] == "attached"
    assert "web" in server.sessions()


@pytest.mark.parametrize("through", ["itself", "view"])
def test_somebody_who_attaches_meanwhile_is_not_thrown_out(server: Server, home: Home, through: str) -> None:
    """Between the reading and the end: the server itself looks again."""
    create(server, "web")
    create(server, "idle")
    ctx = Context(home.env)
    items, _ = expiring.plan(ctx, ExpiryCriteria(everything=True))
    if through == "view":
        server.open("web")
    else:
        attach(server, "web")
    done = {item.listed.row.name: item for item in expiring.carry_out(ctx, items)}
    assert (done["web"].ended, done["web"].removed) == (False, False)
    assert "somebody is using it" in done["web"].problem
    assert done["idle"].removed
    assert "web" in server.sessions()
    assert list(rows(home)) == ["web"]


def test_what_is_sent_to_stays(server: Server, home: Home) -> None:
    made = create(server, "web")
    create(server, "idle")
    folder = os.path.join(home.state, "leases")
    os.makedirs(folder)
    ctx = Context(home.env)
    from viewsync.tmux import pane_list

    found = pane_list.read(ctx.tmux, server.socket).server
    path = os.path.join(folder, f"{found.identity}-{made['pane_id'].removeprefix('%')}")
    sender = home.program(["flock", path, "sh", "-c", "echo held; read line"])
    until(lambda: "held" in sender.text(), "the lease")
    assert cleanup(home, "--all", "--dry-run")["web"]["reason"] == "somebody is sending to it"
    sender.type("\n")
    sender.wait()
    assert cleanup(home, "--all")["web"]["removed"]
    assert os.listdir(folder) == [os.path.basename(path)]


def test_what_is_being_made_stays(server: Server, home: Home) -> None:
    from viewsync.system import processes

    me = os.getpid()
    add_row(home, "new", server, state="creating", maker=me, maker_start=processes.start_time(me))
    assert cleanup(home, "--all")["new"]["reason"] == "it is just being created"
    assert list(rows(home)) == ["new"]


def test_d54_a_server_that_hangs_loses_nothing(servers: Callable[..., Server], home: Home) -> None:
    hung, well = servers("hung").start("-s", "first"), servers("well").start("-s", "first")
    create(hung, "a")
    create(well, "b")
    os.kill(hung.pid, signal.SIGSTOP)
    found = cleanup(home, "--all", env={"VIEWSYNC_TMUX_TIMEOUT": "1"})
    os.kill(hung.pid, signal.SIGCONT)
    assert "did not answer" in found["a"]["reason"]
    assert found["b"]["removed"]
    assert (hung.sessions(), well.sessions(), list(rows(home))) == (["first", "a"], ["first"], ["a"])


def test_a_reading_that_is_not_understood_ends_nothing(server: Server, home: Home) -> None:
    create(server, "web")
    add_row(home, "gone", server)
    path = os.path.join(home.path, "tmux-garbled")
    with open(path, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\ntmux "$@" | sed "s/^P.*web.*/P\\tgarbled/"\n')
    os.chmod(path, 0o700)
    found = cleanup(home, "--all", env={"VIEWSYNC_TMUX": path})
    assert {session["reason"] for session in found.values()} == {
        "viewsync did not understand all of its server's answer"
    }
    assert (server.sessions(), list(rows(home))) == (["proj", "web"], ["web", "gone"])


def test_a_server_whose_socket_was_deleted_is_not_gone(server: Server, home: Home) -> None:
    create(server, "web")
    os.unlink(server.socket)
    assert (cleanup(home)["web"]["removed"], os.path.exists(server.socket)) == (False, True)  # it was called back
    assert list(rows(home)) == ["web"]
    server.stop()
    assert cleanup(home)["web"]["removed"]


def test_d36_a_session_that_was_made_anew_meanwhile_stays(server: Server, home: Home) -> None:
    for number in range(3):
        create(server, f"s{number}")
    server.tmux("kill-session", "-t", "=s1")
    ctx = Context(home.env)
    items, _ = expiring.plan(ctx, ExpiryCriteria())
    create(server, "s1")
    (done,) = expiring.carry_out(ctx, items)
    assert (done.removed, done.ended) == (False, False)
    assert "s1" in server.sessions()
    assert set(rows(home)) == {"s0", "s1", "s2"}


def test_one_that_is_used_between_the_look_and_the_end_stays(server: Server, home: Home) -> None:
    create(server, "web")
    age(home, "web")
    ctx = Context(home.env)
    items, _ = expiring.plan(ctx, ExpiryCriteria(everything=True))
    home.viewsync("heartbeat")
    (done,) = expiring.carry_out(ctx, items)
    assert not done.ended
    assert "web" in server.sessions()


def test_nothing_but_dead_panes_ends_after_its_output_was_saved(server: Server, home: Home) -> None:
    die(server, "web")
    found = cleanup(home)["web"]
    assert (found["ended"], found["removed"]) == (True, True)
    assert server.sessions() == ["proj"]
    files = sorted(os.listdir(found["evidence"]))
    assert files[0] == "metadata.json"
    with open(os.path.join(found["evidence"], files[1]), encoding="utf-8") as file:
        assert "last words" in file.read()
    with open(os.path.join(found["evidence"], files[0]), encoding="utf-8") as file:
        assert json.load(file)["health"]["status"] == "dead"


def test_a_dead_pane_beside_a_living_one_costs_the_row_alone(server: Server, home: Home) -> None:
    die(server, "web")
    server.tmux("split-window", "-d", "-t", "=web:", "sleep 1000")
    found = cleanup(home)["web"]
    assert (found["action"], found["ended"], found["removed"], found["evidence"]) == ("forget", False, True, None)
    assert server.sessions() == ["proj", "web"]


@pytest.mark.parametrize("how", ["respawn-pane -k -t {pane} cat", "new-window -d -t =web: cat"])
def test_one_that_came_back_to_life_meanwhile_stays(server: Server, home: Home, how: str) -> None:
    die(server, "web")
    ctx = Context(home.env)
    items, _ = expiring.plan(ctx, ExpiryCriteria())
    server.tmux(*how.format(pane=rows(home)["web"]["pane_id"]).split())
    (done,) = expiring.carry_out(ctx, items)
    assert (done.ended, done.removed) == (False, False)
    assert "web" in server.sessions()
    assert list(rows(home)) == ["web"]


def test_where_the_output_cannot_be_saved_nothing_ends(
    server: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    die(server, "web")
    monkeypatch.setattr(evidence, "FOLDER", os.path.join("missing", "evidence"))
    ctx = Context(home.env)
    items, _ = expiring.plan(ctx, ExpiryCriteria())
    (done,) = expiring.carry_out(ctx, items)
    assert (done.ended, done.removed) == (False, False)
    assert "evidence" in done.problem


def test_quarantined_it_stays(server: Server, home: Home) -> None:
    create(server, "web")
    add_row(home, "gone", server)
    for name in ("web", "gone"):
        assert home.viewsync("quarantine", "-s", name).code == 0
    assert {session["reason"] for session in cleanup(home, "--all").values()} == {"quarantined"}
    assert {session["action"] for session in cleanup(home, "--all", "--compat").values()} == {"keep"}
    assert (server.sessions(), list(rows(home))) == (["proj", "web"], ["web", "gone"])


def test_compat_removes_rows_alone(server: Server, home: Home) -> None:
    create(server, "web")
    by_jq(home, ".sessions.web.created_at = $old", old=OLD)
    assert cleanup(home, "--older-than", "1h", "--compat")["web"]["removed"]
    assert (server.sessions(), rows(home)) == (["proj", "web"], {})


def test_one_call_to_read_and_one_to_end(server: Server, home: Home) -> None:
    for number in range(5):
        create(server, f"s{number}")
    env, log = counting_tmux(home)
    assert sum(session["ended"] for session in cleanup(home, "--all", env=env).values()) == 5
    assert count(log) in (2, 3)  # once more where a shell takes its time to end
    assert server.sessions() == ["proj"]


def test_the_history_tells_of_it(server: Server, home: Home) -> None:
    create(server, "web")
    cleanup(home, "--all")
    event, made = Context(home.env).history.find("session = ?", ["web"])
    assert (event.event, event.trigger, event.reason) == ("end", "cleanup", "all sessions mode")
    assert made.event == "create"


@pytest.mark.parametrize(
    "words", [("--nonsense",), ("--older-than",), ("--views", "--all"), ("--socket", "x"), ("--views", "--compat")]
)
def test_a_wrong_argument(home: Home, words: tuple[str, ...]) -> None:
    done = home.viewsync("cleanup", *words)
    assert (done.code, done.err.count("\n")) == (1, 1), done


@pytest.mark.parametrize("text", ["{not json", "", '{"version": "9.9"}'])
def test_d41_d58_a_registry_that_cannot_be_read_ends_nothing(server: Server, home: Home, text: str) -> None:
    create(server, "web")
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write(text)
    done = home.viewsync("cleanup", "--all")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "web" in server.sessions()


def test_a_locked_registry_leaves_rows_that_the_next_one_finds(server: Server, home: Home) -> None:
    create(server, "web")
    holder = home.program(["flock", os.path.join(home.state, ".sessions.lock"), "sh", "-c", "echo held; read line"])
    until(lambda: "held" in holder.text(), "the lock")
    done = home.viewsync("cleanup", "--all", env={"LOCK_TIMEOUT": "0.1"})
    assert "Warning: Failed to remove web: Failed to acquire lock" in done.err
    holder.type("\n")
    holder.wait()
    assert cleanup(home)["web"]["removed"]


@pytest.mark.parametrize("name", ["a b", "q'uote", 'd"q', "x;", "#{pid}", "#(touch x)", "a$(x)", "a}b,c", "日本", "#"])
def test_any_name_is_ended_as_it_stands(server: Server, home: Home, name: str) -> None:
    create(server, name)
    assert cleanup(home, "--all")[name]["ended"]
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_a_session_that_runs_a_command_stays(server: Server, home: Home) -> None:
    create(server, "build", "-e", "PS1=$ ", "--wait", r"\$ $", "--", "bash", "--norc")
    begun = os.path.join(home.path, "begun")
    os.mkfifo(os.path.join(home.path, "fifo"))
    running = home.tab("exec", "-s", "build", "--", f"touch {begun}; read line < {home.path}/fifo")
    until(lambda: os.path.exists(begun), "the command")
    done = home.viewsync("cleanup", "--all")
    assert "somebody is sending to it" in done.err
    assert "build" in server.sessions()
    running.signal(signal.SIGKILL)
