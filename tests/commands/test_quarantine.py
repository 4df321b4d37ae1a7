"""viewsync quarantine and release: what is left of a session is saved, and no clean-up touches it."""

from __future__ import annotations

import json
import os
import signal
import stat
from typing import TYPE_CHECKING, Any

from tests.faults.support import EAGER
from tests.support.sessions import add_row, create, listed, rows
from tests.support.wait import until
from viewsync.context import Context
from viewsync.sessions import quarantine

if TYPE_CHECKING:
    from tests.support.server import Home, Server


def evidence(path: str) -> dict[str, Any]:
    with open(os.path.join(path, "metadata.json"), encoding="utf-8") as file:
        data: dict[str, Any] = json.load(file)
    return data


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_every_pane_is_saved_with_what_runs_in_it(server: Server, home: Home) -> None:
    made = create(server, "web", "--", "sh", "-c", "seq 500; printf '\\033[31mred\\033[0m\\n'; sleep 1000")
    server.tmux("split-window", "-d", "-t", "=web:", "cat")
    until(lambda: "red" in server.tmux("capture-pane", "-p", "-t", made["pane_id"]), "its output")
    done = home.viewsync("quarantine", "-s", "web", "--reason", "it hangs", "--json")
    assert done.code == 0, done
    folder = done.json()["evidence"]
    assert os.path.dirname(folder) == os.path.join(home.state, "evidence")
    found = evidence(folder)
    assert (found["name"], found["why"], found["problems"]) == ("web", "quarantine: it hangs", [])
    assert (found["row"]["reason"], found["health"]["status"]) == ("it hangs", "alive")
    assert found["server"]["pid"] == server.pid
    first, second = found["panes"]
    with open(os.path.join(folder, first["file"]), encoding="utf-8") as file:
        text = file.read()
    assert text.startswith("1\n2\n3\n")
    assert "\x1b[31mred" in text
    (shell, sleep) = first["processes"]
    assert (shell["pid"], sleep["parent"], sleep["command"]) == (made["pid"], made["pid"], ["sleep", "1000"])
    assert shell["memory_bytes"] > 0
    assert shell["started"] <= sleep["started"]
    assert second["processes"][0]["command"][-1] == "cat"
    assert {mode(os.path.join(folder, name)) for name in os.listdir(folder)} == {0o600}
    assert mode(folder) == mode(os.path.dirname(folder)) == 0o700


def test_the_row_and_the_list_say_it_and_release_takes_it_back(server: Server, home: Home) -> None:
    create(server, "web")
    folder = home.viewsync("quarantine", "--reason", "x", "--json").json()["evidence"]
    row = rows(home)["web"]
    assert (row["quarantined"], row["reason"], row["evidence"]) == (True, "x", folder)
    assert row["quarantined_at"].endswith("Z")
    assert listed(home)["web"]["quarantined"] is True
    assert "alive (quarantined)" in home.viewsync("list").out
    assert home.viewsync("quarantine", "-s", "web").code == 1
    assert home.viewsync("release", "-s", "web", "--json").fields() == {"name": "web", "quarantined": False}
    assert not {"quarantined", "quarantined_at", "reason"} & rows(home)["web"].keys()
    assert os.path.isdir(folder)
    assert home.viewsync("release", "-s", "web").code == 1
    assert home.viewsync("cleanup", "--all").code == 0
    assert server.sessions() == ["proj"]


def test_of_what_is_gone_there_is_what_is_known(server: Server, home: Home) -> None:
    add_row(home, "../gone", server)
    folder = home.viewsync("quarantine", "-s", "../gone", "--json").json()["evidence"]
    assert os.listdir(folder) == ["metadata.json"]
    assert os.path.basename(folder).startswith("___gone-")
    found = evidence(folder)
    assert (found["health"]["status"], found["panes"]) == ("missing", [])
    assert found["row"]["target"] == "../gone:0.0"


def test_a_server_that_hangs_does_not_keep_it_from_being_marked(server: Server, home: Home) -> None:
    create(server, "web")
    os.kill(server.pid, signal.SIGSTOP)
    done = home.viewsync("quarantine", "-s", "web", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    os.kill(server.pid, signal.SIGCONT)
    assert done.code == 0
    assert "did not answer" in done.err
    assert rows(home)["web"]["quarantined"] is True
    assert "did not answer" in evidence(rows(home)["web"]["evidence"])["problems"][0]


def test_two_of_one_second_are_two(server: Server, home: Home) -> None:
    create(server, "web")
    ctx = Context(home.env, clock=lambda: 1_795_000_000.0)
    folders = set()
    for _ in range(3):
        folders.add(quarantine.put(ctx, "web", "").evidence)
        quarantine.release(ctx, "web")
    assert len(folders) == 3


def test_a_session_that_was_made_anew_meanwhile_is_not_marked_with_its_evidence(server: Server, home: Home) -> None:
    create(server, "web")
    path = os.path.join(home.path, "tmux-around")
    registry = os.path.join(home.state, ".sessions.json")
    with open(path, "w", encoding="utf-8") as file:
        change = f"""sed -i 's/"session_id": "/&9/; s/"quarantined": true, //' {registry}"""
        file.write(f'#!/bin/sh\ncase "$*" in *capture-pane*) {change};; esac\nexec tmux "$@"\n')
    os.chmod(path, 0o700)
    done = home.viewsync("quarantine", "-s", "web", env={"VIEWSYNC_TMUX": path})
    assert "changed meanwhile" in done.err
    assert "evidence" not in rows(home)["web"]


def test_where_nothing_can_be_saved_it_is_marked_and_said(server: Server, home: Home) -> None:
    create(server, "web")
    with open(os.path.join(home.state, "evidence"), "w", encoding="utf-8"):
        pass
    done = home.viewsync("quarantine")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert rows(home)["web"]["quarantined"] is True


def test_a_view_too(server: Server, home: Home) -> None:
    server.open("proj")
    tab, view = server.open("proj")
    home.viewsync("sweep")
    done = home.viewsync("quarantine", "-s", view, "--json")
    assert done.json()["status"] == "alive"
    assert len(os.listdir(done.json()["evidence"])) == 3
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    kept = home.viewsync("cleanup", "--views", "--json", env=EAGER).json()["verdicts"]
    assert (view, "quarantined") in {(verdict["session"], verdict["reason"]) for verdict in kept}
    assert view in server.sessions()
    assert home.viewsync("release", "-s", view).code == 0
    home.viewsync("cleanup", "--views", env=EAGER)
    assert view not in server.sessions()


def test_story_7_a_crash_its_evidence_and_what_comes_after(server: Server, home: Home) -> None:
    create(server, "job", "--", "sh", "-c", "echo before the crash; read line; exit 3")
    server.tmux("set-option", "-t", "=job:", "remain-on-exit", "on")
    until(lambda: "before" in server.tmux("capture-pane", "-p", "-t", "=job:"), "its words")
    server.tmux("send-keys", "-t", "=job:", "Enter")
    until(lambda: home.viewsync("health", "-s", "job").code == 1, "its end")
    folder = home.viewsync("quarantine", "-s", "job", "--json").json()["evidence"]
    assert home.viewsync("rename", "-s", "job", "-n", "job-crashed").code == 0
    create(server, "job")
    home.viewsync("cleanup")
    assert {name: session["status"] for name, session in listed(home).items()} == {
        "job": "alive",
        "job-crashed": "dead",
    }
    (pane,) = evidence(folder)["panes"]
    assert (pane["exit_status"], pane["dead"]) == (3, True)
    home.viewsync("release", "-s", "job-crashed")
    home.viewsync("cleanup")
    assert (server.sessions(), list(rows(home))) == (["proj", "job"], ["job"])
    with open(os.path.join(folder, pane["file"]), encoding="utf-8") as file:
        assert "before the crash" in file.read()


def test_no_such_session(server: Server, home: Home) -> None:
    for verb in ("quarantine", "release", "heartbeat"):
        done = home.viewsync(verb, "-s", "nope")
        assert (done.code, done.err.count("\n")) == (3, 1)
        assert "Session 'nope' not found in registry" in done.err
