"""A server whose socket what cleans /tmp removed, or somebody has taken: it runs, and nothing of it is gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.server import Server
from tests.support.sessions import add_by_jq, create, listed, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home

# Of each of them the exit code, and whether it names the signal.
VERBS = {
    "cleanup": (("cleanup",), 0, False),
    "cleanup --all": (("cleanup", "--all"), 0, True),
    "sweep": (("sweep",), 4, True),
    "list": (("list",), 0, True),
    "health": (("health", "-s", "web"), 4, True),
    "kill": (("kill", "web"), 2, True),
    "kill --compat": (("kill", "--compat", "web"), 2, True),
    "info": (("info", "web"), 0, True),
    "reconcile": (("reconcile", "--repair"), 1, True),
    "send": (("send", "-s", "web", "-c", "x"), 1, True),
}


def ends_nothing(server: Server, home: Home) -> dict[str, str]:
    """What each verb says while nobody gets to the server, and what the rows are afterwards."""
    before, views = set(rows(home)), set(home.rows())
    said = {}
    for verb, (words, _, _) in VERBS.items():
        done = home.viewsync(*words)
        said[verb] = done.out + done.err
        assert "Traceback" not in said[verb]
        assert (set(rows(home)), set(home.rows())) == (before, views), (verb, done)
        said[verb] += f"exit {done.code}"
    assert {verb: text.rpartition(" ")[2] for verb, text in said.items()} == {
        verb: str(code) for verb, (_, code, _) in VERBS.items()
    }, said
    return said


@pytest.fixture
def used(server: Server, home: Home) -> Server:
    """With a session of ours, one of the shell tools', which knows no server, and a view."""
    create(server, "web")
    server.tmux("new-session", "-d", "-s", "old")
    add_by_jq(home, "old", server)
    assert home.viewsync("open", "--json", "--lease", "3600", "-S", server.socket, "proj").code == 0
    return server


@pytest.mark.parametrize("gone", ["the file", "the folder"])
def test_nothing_of_a_server_whose_socket_was_removed_is_gone(used: Server, home: Home, gone: str) -> None:
    folder = os.path.dirname(used.socket)
    os.unlink(used.socket)
    if gone == "the folder":
        shutil.rmtree(folder)
    said = ends_nothing(used, home)
    make = f"mkdir -p -m 700 {folder} && " if gone == "the folder" else ""
    command = f"{make}kill -USR1 {used.pid}"
    assert {verb for verb in VERBS if f"`{command}`" in said[verb]} >= {verb for verb in VERBS if VERBS[verb][2]}, said
    checks = {check["name"]: check for check in home.viewsync("doctor", "--json").json()["checks"]}
    assert (checks["sockets"]["status"], checks["sockets"]["command"]) == ("fail", command)
    subprocess.run(["sh", "-c", command], check=True)
    until(lambda: used.run("list-sessions").code == 0, "the socket")
    assert {name: session["status"] for name, session in listed(home).items()} == {"web": "alive", "old": "alive"}


def test_no_second_server_is_started_in_its_place(used: Server, home: Home) -> None:
    """Its socket would be the second one's, and the first could be reached no more."""
    os.unlink(used.socket)
    for words in (
        ("open", "--create", "--json", "-S", used.socket, "new"),
        ("create", "-S", used.socket, "-n", "new"),
    ):
        done = home.viewsync(*words)
        assert done.code != 0, done
        assert f"kill -USR1 {used.pid}" in done.err
    assert home.viewsync("create", "-S", used.socket, "-n", "web").code == 2
    assert not os.path.exists(used.socket)
    assert set(rows(home)) == {"web", "old"}


def test_nothing_is_gone_where_another_server_has_its_socket(
    used: Server, home: Home, request: pytest.FixtureRequest
) -> None:
    os.unlink(used.socket)
    second = Server(home)
    request.addfinalizer(second.stop)
    second.start("-s", "second")
    before, views = set(rows(home)), set(home.rows())
    for words, code in (
        (("cleanup",), 0),
        (("sweep",), 0),
        (("kill", "web"), 2),
        (("kill", "--compat", "web"), 2),
        (("health", "-s", "web"), 4),
        (("reconcile", "--repair"), 1),
        (("create", "-S", used.socket, "-n", "web"), 2),
    ):
        done = home.viewsync(*words)
        assert done.code == code, done
        assert (set(rows(home)) | {"old"}, set(home.rows())) == (before, views), (words, done)
    assert f"kill -USR1 {used.pid}" in home.viewsync("list").err
    os.kill(used.pid, signal.SIGUSR1)
    until(lambda: "web" in used.sessions(), "its socket")
    assert listed(home)["web"]["status"] == "alive"


def test_one_that_ended_is_gone(used: Server, home: Home) -> None:
    """Else nothing would ever be forgotten."""
    os.unlink(used.socket)
    used.stop()
    assert home.viewsync("cleanup").code == 0
    assert home.viewsync("sweep").code == 0
    assert (rows(home), home.rows()) == ({}, {})


def test_a_program_that_listens_where_a_server_did_is_none(used: Server, home: Home) -> None:
    import socket

    used.stop()
    os.unlink(used.socket)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(used.socket)
        other.listen()
        os.unlink(used.socket)
        assert home.viewsync("cleanup").code == 0
        assert rows(home) == {}
