"""A server whose socket what cleans /tmp removed, or somebody has taken: it runs, and nothing of it is gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.server import Server
from tests.support.sessions import add_row, by_jq, create, listed, rows
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home

# Of each of them the exit code, and whether it names the signal.
VERBS = {
    "cleanup": (("cleanup",), 0, False),
    "cleanup --all": (("cleanup", "--all"), 0, True),
    "sweep": (("sweep",), 4, True),
    "views": (("views",), 4, True),
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
    add_row(home, "old", server)
    assert home.viewsync("open", "--json", "--lease", "3600", "-S", server.socket, "proj").code == 0
    return server


def removed(server: Server, gone: str) -> None:
    folder = os.path.dirname(server.socket)
    os.unlink(server.socket)
    if gone != "the file":
        shutil.rmtree(folder if gone == "the folder" else os.path.dirname(folder))


@pytest.mark.parametrize("gone", ["the file", "the folder", "all folders"])
def test_a_server_whose_socket_was_removed_is_called_back_by_whoever_needs_it(
    servers: Callable[..., Server], home: Home, gone: str
) -> None:
    """`all folders`: as the runtime folder of a login goes with its end."""
    server = servers()
    server.socket = os.path.join(home.path, "run", "viewsync", "claude.sock")
    os.makedirs(os.path.dirname(server.socket), mode=0o700)
    create(server, "web")
    panes = server.pane_pids()
    for words, code in (
        (("health", "-s", "web"), 0),
        (("list",), 0),
        (("send", "-s", "web", "-c", "x"), 0),
        (("cleanup",), 0),
        (("sweep",), 0),
        (("create", "-S", server.socket, "-n", "web"), 2),
        (("create", "-S", server.socket, "-n", "other"), 0),
        (("open", "--json", "--create", "-S", server.socket, "new"), 0),
        (("views",), 0),
        (("find", "--all"), 0),
        (("kill", "other"), 0),
    ):
        removed(server, gone)
        done = home.viewsync(*words)
        assert done.code == code, (words, done)
        assert f"its tmux server (process {server.pid}) made it again" in done.err or words == ("sweep",), done
        assert server.tmux("display-message", "-p", "#{pid}") == str(server.pid)
        assert os.stat(os.path.dirname(server.socket)).st_mode & 0o777 == 0o700
    removed(server, gone)
    assert home.viewsync().out.count("1 tmux server, 2 sessions, 1 view") == 1
    assert set(panes) <= set(server.pane_pids())
    assert {name: session["status"] for name, session in listed(home).items()} == {"web": "alive"}


@pytest.mark.parametrize("gone", ["the file", "the folder"])
def test_nothing_is_gone_of_a_server_that_cannot_be_called_back_now(used: Server, home: Home, gone: str) -> None:
    folder = os.path.dirname(used.socket)
    os.kill(used.pid, signal.SIGSTOP)
    removed(used, gone)
    home.env["VIEWSYNC_TMUX_TIMEOUT"] = "0.1"
    said = ends_nothing(used, home)
    command = f"kill -USR1 {used.pid}"
    assert {verb for verb in VERBS if f"`{command}`" in said[verb]} >= {verb for verb in VERBS if VERBS[verb][2]}, said
    assert os.stat(folder).st_mode & 0o777 == 0o700
    os.kill(used.pid, signal.SIGCONT)
    until(lambda: used.run("list-sessions").code == 0, "the socket")
    del home.env["VIEWSYNC_TMUX_TIMEOUT"]
    assert {name: session["status"] for name, session in listed(home).items()} == {"web": "alive", "old": "alive"}


def test_doctor_looks_and_calls_nobody(used: Server, home: Home) -> None:
    folder = os.path.dirname(used.socket)
    removed(used, "the folder")
    command = f"mkdir -p -m 700 {folder} && kill -USR1 {used.pid}"
    checks = {check["name"]: check for check in home.viewsync("doctor", "--json").json()["checks"]}
    assert (checks["sockets"]["status"], checks["sockets"]["command"]) == ("fail", command)
    assert not os.path.exists(folder)
    subprocess.run(["sh", "-c", command], check=True)
    until(lambda: used.run("list-sessions").code == 0, "the socket")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a folder somebody else's")
def test_nobody_is_called_into_a_folder_that_is_somebody_elses(used: Server, home: Home) -> None:
    folder = os.path.dirname(used.socket)
    removed(used, "the folder")
    os.mkdir(folder)
    os.chown(folder, 12345, 12345)
    before, views = set(rows(home)), set(home.rows())
    for words in (("cleanup",), ("sweep",), ("list",), ("create", "-S", used.socket, "-n", "web")):
        home.viewsync(*words)
        assert (os.listdir(folder), set(rows(home)), set(home.rows())) == ([], before, views), words
    assert home.viewsync("health", "-s", "web").code == 4
    os.rmdir(folder)
    assert home.viewsync("health", "-s", "web").code == 0


def test_a_server_that_no_list_of_sockets_has_is_not_gone_where_its_process_runs(used: Server, home: Home) -> None:
    """One that was started in another network namespace, whose sockets are in no list of ours."""
    by_jq(home, ".sessions.web.socket = $other", other=f"{used.socket}-gone")
    for words, code in (
        (("health", "-s", "web"), 4),
        (("send", "-s", "web", "-c", "x"), 1),
        (("create", "-S", used.socket, "-n", "web"), 2),
        (("cleanup", "--all"), 0),
        (("reconcile", "--repair"), 1),
    ):
        done = home.viewsync(*words)
        assert done.code == code, (words, done)
        assert "web" in rows(home), words
    assert f"`kill -USR1 {used.pid}` makes it again" in home.viewsync("health", "-s", "web").err


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
