"""Where no process can be seen, every verb does what it can do without, and says of the rest that it is not known."""

from __future__ import annotations

import glob
import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.executing import execute, screen
from tests.support.sessions import create, listed, note_pid, rows
from tests.support.unseen import blind, with_ps
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Done, Home, Server


@pytest.fixture
def unseen(servers: Callable[..., Server], home: Home) -> Server:
    """A server whose viewsync, and what its hooks call, sees no process."""
    blind(home)
    return servers()


def well(done: Done) -> Done:
    assert (done.code, done.err) == (0, ""), done
    return done


def test_the_core_verbs_do_their_work(unseen: Server, home: Home) -> None:
    create(unseen, "sh", "--", "bash", "--norc")
    assert listed(home)["sh"]["status"] == "alive"
    assert well(home.viewsync("health", "-s", "sh", "--json")).json()["process_running"] is True
    well(home.viewsync("send", "-s", "sh", "-c", "echo $((6*7))", "-w", "^42$"))
    well(home.viewsync("wait", "-s", "sh", "-p", "^42$"))
    assert "\n42\n" in well(home.viewsync("capture", "-s", "sh")).out
    assert well(home.viewsync("monitor", "sessions", "--once", "--json")).json()["sessions"][0]["status"] == "alive"
    well(home.viewsync("reconcile"))
    well(home.viewsync("cleanup"))
    assert list(rows(home)) == ["sh"]
    well(home.viewsync("kill", "-s", "sh"))
    assert rows(home) == {}


def test_views_come_and_go(unseen: Server, home: Home) -> None:
    unseen.start()
    opened = well(home.viewsync("open", "--json", "-S", unseen.socket, "proj")).json()
    assert opened["view"] in unseen.views()
    assert opened["view"] in well(home.viewsync("views")).out
    for words in (("sweep",), ("cleanup", "--views"), ("doctor",)):
        assert "a bug" not in home.viewsync(*words).err
    tab, view = unseen.open("--new", "proj")
    tab.hang_up()
    until(lambda: view not in unseen.views(), "the end of the view whose tab was closed")
    assert unseen.sessions()[0] == "proj"


def test_the_demo_plays_to_its_end(unseen: Server, home: Home) -> None:
    done = well(home.viewsync("demo", env={"TMPDIR": home.path}))
    assert done.out.endswith("Nothing is left: the demo's server and its folder are gone.\n")
    assert glob.glob(os.path.join(home.path, "viewsync-demo-*")) == []


def test_exec_types_nothing_where_it_cannot_tell_what_runs(unseen: Server, home: Home) -> None:
    create(unseen, "sh", "-e", "PS1=> ", "--", "bash", "--norc")
    until(lambda: screen(unseen).startswith(">"), "the prompt")
    done = execute(home, "--", "echo", "x")
    assert (done.code, done.out) == (125, "")
    assert done.err.startswith("viewsync: cannot tell what runs in sh: the system does not show its processes")
    assert stays(lambda: screen(unseen).strip(), 0.3) == ">"
    assert not os.path.exists(os.path.join(home.state, "exec"))


def test_exec_runs_a_command_where_ps_tells_what_runs(unseen: Server, home: Home) -> None:
    with_ps(home)
    create(unseen, "sh", "--", "bash", "--norc")
    done = execute(home, "--", "echo out; (exit 3)")
    assert (done.code, done.out, done.err) == (3, "out\n", "")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("bash", "-c", "read -r line; :"), "runs bash, which is not a shell that reads commands"),
        (("cat",), "runs cat, which is not a shell that reads commands"),
        (("bash", "-c", "sleep 600; :"), "is busy: sleep runs in it"),
    ],
)
def test_exec_asks_ps_for_what_is_no_prompt(unseen: Server, home: Home, words: tuple[str, ...], why: str) -> None:
    with_ps(home)
    create(unseen, "sh", "--", *words)
    done = execute(home, "--", "echo", "x")
    assert (done.code, done.err.startswith(f"viewsync: sh {why}")) == (125, True), done


def test_what_was_registered_where_processes_are_seen_lives_on(server: Server, home: Home) -> None:
    """Its row has a start time, which nobody can compare here."""
    create(server, "sh", "--", "bash", "--norc")
    assert rows(home)["sh"]["pid_start"]
    blind(home)
    assert listed(home)["sh"]["status"] == "alive"
    assert well(home.viewsync("health", "-s", "sh", "--json")).json()["status"] == "healthy"
    well(home.viewsync("cleanup"))
    well(home.viewsync("reconcile"))
    well(home.viewsync("send", "-s", "sh", "-c", "true"))
    assert list(rows(home)) == ["sh"]


def test_a_block_goes_to_a_python_prompt_as_one(unseen: Server, home: Home) -> None:
    create(unseen, "py", "--python", "--wait")
    block = "for i in range(2):\n    print('n', i)\n\nprint('end')\n"
    well(home.viewsync("send", "-s", "py", "-m", "-c", block, "-w", "^end$"))


def test_what_ran_in_a_session_is_not_known(unseen: Server, home: Home) -> None:
    create(unseen, "sh", "--", "bash", "--norc")
    home.viewsync("quarantine", "-s", "sh")
    (path,) = glob.glob(os.path.join(home.state, "evidence", "*", "metadata.json"))
    with open(path, encoding="utf-8") as file:
        assert [pane["processes"] for pane in json.load(file)["panes"]] == [None]


def test_the_sweeper_starts_and_stops(unseen: Server, home: Home) -> None:
    unseen.start()
    well(home.viewsync("sweeper", "start"))
    assert well(home.viewsync("sweeper", "status", "--json")).json()["running"]
    well(home.viewsync("sweeper", "stop"))
    assert not home.viewsync("sweeper", "status", "--json").json()["running"]
    note_pid(unseen)
