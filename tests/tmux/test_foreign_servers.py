"""A server of somebody else's is asked nothing, since a tmux client does whatever its server says."""

# ruff: noqa: S103  modes that are too open are what is tried here

from __future__ import annotations

import json
import os
import shutil
import socket as unix
import stat
import tempfile
from typing import TYPE_CHECKING

import pytest

from tests.support.server import Home, Server
from tests.support.sessions import add_row, listed, rows
from tests.support.two_users import needs_root
from viewsync.errors import TmuxError
from viewsync.system import users
from viewsync.tmux import libtmux_objects, pane_list, sockets
from viewsync.tmux.server import ServerGone, Tmux

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Serve = Callable[..., Server]

OF_ALL = ("sweep", "views", "find", "status", "doctor")  # of all servers of ours: they pass over what is not
_ASKING = ("list-panes", "list-sessions", "display-message", "if-shell", "source-file", "capture-pane")
# Each is asked about the registered session `victim`, or about all servers: the words, and the exit code.
VERBS = {
    "list": (("list",), 0),
    "health": (("health", "-s", "victim"), 4),
    "send": (("send", "-s", "victim", "-c", "x"), 1),
    "capture": (("capture", "-s", "victim"), 4),
    "wait": (("wait", "-s", "victim", "-p", "x", "-T", "1"), 4),
    "exec": (("exec", "-s", "victim", "--", "true"), 125),
    "kill --dry-run": (("kill", "--dry-run", "-s", "victim"), 0),
    "kill": (("kill", "-s", "victim"), 2),
    "quarantine": (("quarantine", "-s", "victim", "--reason", "x"), 0),
    "rename": (("rename", "-s", "victim", "-n", "other"), 4),
    "follow": (("follow", "-s", "victim"), 4),
    "reconcile": (("reconcile",), 1),
    "cleanup": (("cleanup", "--dry-run"), 0),
    "sweep": (("sweep",), 0),
    "find": (("find", "--all"), 1),
    "status": (("status",), 0),
    "views": (("views",), 0),
    "doctor": (("doctor",), 1),
    "monitor": (("monitor", "--once"), 0),
}


@pytest.fixture
def thief(other: Home) -> Iterator[Serve]:
    """A tmux server of the other user's, at a path that was ours. Its clients write into a file of theirs."""
    needs_root()
    made: list[Server] = []

    def serve(socket: str, loot: str) -> Server:
        server = Server(other)
        server.socket = socket
        made.append(server.start("-s", "victim"))
        for at, name in enumerate(_ASKING):
            steal = f"set-buffer stolen ; save-buffer -a {loot} ; {name}"
            server.tmux("set", "-s", f"command-alias[{100 + at}]", f"{name}={steal}")
        os.chmod(socket, 0o777)  # so that everybody comes
        return server

    yield serve
    for server in made:
        server.stop()


@pytest.fixture
def open_folder() -> Iterator[str]:
    """One that everybody can write to, as /tmp is."""
    folder = tempfile.mkdtemp(prefix="vs-everybody-", dir="/tmp")
    os.chmod(folder, 0o1777)
    yield folder
    shutil.rmtree(folder)


def plant(home: Home, thief: Serve, folder: str, other: Home) -> tuple[Server, str]:
    """A row of ours names a socket in a temporary folder, which was emptied, and made anew by somebody else."""
    place = os.path.join(folder, "mine")
    os.mkdir(place)
    os.chown(place, other.uid, other.uid)
    loot = os.path.join(home.path, "loot")
    server = thief(os.path.join(place, "claude.sock"), loot)
    add_row(home, "victim", server, session_id="$0")
    return server, loot


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_speaks_to_it(home: Home, thief: Serve, open_folder: str, other: Home, verb: str) -> None:
    server, loot = plant(home, thief, open_folder, other)
    words, code = VERBS[verb]
    before = rows(home)
    done = home.viewsync(*words, timeout=30)
    assert not os.path.exists(loot)
    assert done.code == code, done
    assert rows(home).keys() == before.keys(), "the row is kept"
    if verb not in (
        "sweep",
        "views",
        "find",
        "status",
        "doctor",
    ):  # those are of all servers, and pass over what is not ours
        assert f"belongs to somebody else: uid {other.uid}" in done.out + done.err, done
    assert "Traceback" not in done.err
    assert server.run("list-clients").code == 0


def test_the_thief_can_steal(home: Home, thief: Serve, open_folder: str, other: Home) -> None:
    """Else the test above would pass whatever viewsync does."""
    server, loot = plant(home, thief, open_folder, other)
    home.run(["tmux", "-S", server.socket, "list-panes", "-a"])
    assert os.path.exists(loot)


def test_the_row_is_listed_as_not_known_and_others_are_as_they_are(
    server: Server, home: Home, thief: Serve, open_folder: str, other: Home
) -> None:
    plant(home, thief, open_folder, other)
    add_row(home, "proj", server)
    found = listed(home)
    assert (found["victim"]["status"], found["proj"]["status"]) == ("unknown", "alive")
    assert home.viewsync("cleanup").code == 0
    assert home.viewsync("reconcile", "--fix").code in (0, 1)
    assert set(rows(home)) == {"victim", "proj"}


def test_a_row_of_a_view_on_it_is_not_forgotten(home: Home, thief: Serve, open_folder: str, other: Home) -> None:
    server, loot = plant(home, thief, open_folder, other)
    row = {"socket": server.socket, "server": "1.1", "parent": "victim", "state": "open", "pid": 0, "pid_start": 0.0}
    path = os.path.join(home.state, ".sessions.json")
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    data["views"] = {"victim-view-1-1": row}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file)
    assert home.viewsync("sweep").code == 0
    assert list(home.rows()) == ["victim-view-1-1"]
    assert not os.path.exists(loot)


# Of each verb that takes a server, what it is asked of the session `proj`; where {} is the server is named.
NAMING = (
    "open {} proj",
    "open --create {} new",
    "open --json {} proj",
    "create {} -n new",
    "health {} -t proj",
    "send {} -t proj -c x",
    "capture {} -t proj",
    "wait {} -t proj -p x -T 1",
    "exec {} -t proj -- true",
    "follow {} -t proj",
    "kill {} -t proj",
    "adopt --yes {} proj",
    "pin {} proj",
    "freeze {} proj",
    "attach {} proj",
    "info {} proj",
)


@pytest.mark.parametrize("way", ["-S", "-S, by a link", "-L", "TMUX"])
def test_root_speaks_to_no_server_of_a_users_however_it_is_named(home: Home, other: Home, way: str) -> None:
    theirs = Server(other).start()
    loot = os.path.join(home.path, "loot")
    for at, name in enumerate(
        (*_ASKING, "show-options", "list-windows", "list-clients", "new-session", "attach-session")
    ):
        theirs.tmux(
            "set", "-s", f"command-alias[{100 + at}]", f"{name}=set-buffer stolen ; save-buffer -a {loot} ; {name}"
        )
    link = os.path.join(home.path, "link")
    os.symlink(theirs.socket, link)
    env = {"-L": {"TMUX_TMPDIR": other.path}, "TMUX": {"TMUX": f"{theirs.socket},{theirs.pid},0"}}.get(way, {})
    if way == "-L":  # root's folder of sockets there, made by somebody who wants to be spoken to
        os.symlink(os.path.dirname(theirs.socket), os.path.join(other.path, "tmux-0"))
    named = {"-S": ["-S", theirs.socket], "-S, by a link": ["-S", link], "-L": ["-L", "default"], "TMUX": []}[way]
    try:
        for line in NAMING:
            words = [word for part in line.split() for word in (named if part == "{}" else [part])]
            if way == "TMUX" and ("-t" in words or words[0] == "create"):
                continue  # a target without a server is of a registered session, and create has a server of its own
            tab = home.tab(*words, env=env)
            code = tab.wait()
            assert code not in (0, 70), (words, tab.text())
            assert theirs.run("list-clients").out == "", words
        assert not os.path.exists(loot)
        assert theirs.sessions() == ["proj"]
    finally:
        theirs.stop()


def test_root_leaves_a_users_server_alone(home: Home, other: Home) -> None:
    theirs = Server(other).start()
    try:
        for words in (
            ("open", "--json", "-S", theirs.socket, "proj"),
            ("cleanup", "--views", "--socket", theirs.socket),
        ):
            done = home.viewsync(*words)
            assert done.code in (1, 4), done
            assert f"belongs to somebody else: uid {other.uid}" in done.err
            assert done.err.count("\n") == 1
        inside = {"TMUX": f"{theirs.socket},{theirs.pid},0"}
        assert "belongs to somebody else" in home.viewsync("open", "--json", "proj", env=inside).err
        assert home.viewsync("hook", env=inside).code == 0
        assert home.viewsync("sweep", env=inside).code == 0
        assert "viewsync" not in theirs.run("show-hooks", "-g").out
        # Its owner, and nobody else, is served.
        assert other.viewsync("open", "--json", "-S", theirs.socket, "proj").code == 0
    finally:
        theirs.stop()


def test_a_user_leaves_roots_server_alone(server: Server, other: Home) -> None:
    os.chmod(server.home.path, 0o755)
    os.chmod(os.path.dirname(server.socket), 0o755)
    os.chmod(server.socket, 0o777)
    for words in (("open", "--json", "-S", server.socket, "proj"), ("health", "-S", server.socket, "-t", "proj")):
        done = other.viewsync(*words)
        assert done.code == 4, done
        assert "belongs to somebody else: root (uid 0), so no tmux command was sent" in done.err
    made = other.viewsync("create", "-S", server.socket, "-n", "new")
    assert made.code == 3, made
    assert server.sessions() == ["proj"]


def ask(home: Home, socket: str) -> str:
    return Tmux("tmux", 5.0, home.env).ask(socket, "list-sessions")


def refused(home: Home, socket: str) -> str:
    with pytest.raises(TmuxError) as told:
        ask(home, socket)
    assert isinstance(told.value, sockets.Foreign), told.value
    return told.value.message


def test_a_folder_that_others_can_write_to_is_no_place_for_a_server(servers: Callable[..., Server], home: Home) -> None:
    """Anybody could put another socket in its place after we have looked; a sticky folder is like /tmp."""
    folder = os.path.join(home.path, "shared")
    os.mkdir(folder)
    os.chmod(folder, 0o1777)
    server = servers()
    server.socket = os.path.join(folder, "s")
    server.start()
    assert "proj" in ask(home, server.socket)
    for mode in (0o777, 0o757, 0o775):
        os.chmod(folder, mode)
        os.chown(folder, -1, 12345)  # a group that is not ours alone
        told = refused(home, server.socket)
        assert told.startswith(
            f"{folder} can be written to by others (mode {mode:04o}), so no tmux command was sent to"
        )
    os.chmod(folder, 0o755)
    assert "proj" in ask(home, server.socket)


def test_so_is_one_above_it(server: Server, home: Home) -> None:
    os.chmod(home.path, 0o777)
    assert refused(home, server.socket).startswith(f"{home.path} can be written to by others")
    os.chmod(home.path, 0o700)
    assert ask(home, server.socket)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_whose_each_part_of_the_way_is(server: Server, home: Home) -> None:
    """A socket that was given away, its folder, one above it, a link to it, and a link on the way."""
    link, way = os.path.join(home.path, "link"), os.path.join(home.path, "way")
    os.symlink(server.socket, link)
    os.symlink(os.path.dirname(server.socket), way)
    through = os.path.join(way, os.path.basename(server.socket))
    for socket in (server.socket, link, through):
        assert "proj" in ask(home, socket), "links of ours lead to what is ours"
    for path in (server.socket, os.path.dirname(server.socket)):
        os.chown(path, 12345, -1)
        for socket in (server.socket, link, through):
            assert "belongs to somebody else: uid 12345" in refused(home, socket)
        os.chown(path, 0, -1)
    os.chmod(home.path, 0o1777)
    for path, socket in ((link, link), (way, through)):
        os.chown(path, 12345, -1, follow_symlinks=False)
        assert f"{path} belongs to somebody else: uid 12345" in refused(home, socket)
    assert "proj" in ask(home, server.socket)


def test_a_private_group_is_nobody_else(server: Server, home: Home) -> None:
    """With a umask of 002, as where everybody has a group of their own, a home is 0775."""
    folder = os.path.dirname(server.socket)
    if not users.is_alone_in(os.stat(folder).st_gid):
        pytest.skip("the group of whoever runs the tests has other members")
    os.chmod(folder, 0o770)  # what tmux lets pass
    os.chmod(home.path, 0o775)
    assert "proj" in ask(home, server.socket)


def test_where_nothing_is_no_tmux_is_started_that_could_meet_somebody(home: Home) -> None:
    """Whoever puts a socket into /tmp just then would be spoken to."""
    path = os.path.join(home.path, "tmux")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n: > {home.path}/started\n")
    os.chmod(path, 0o700)
    with pytest.raises(ServerGone):
        Tmux(path, 5.0, home.env).ask(os.path.join(home.path, "none"), "list-sessions")
    assert not os.path.exists(os.path.join(home.path, "started"))


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.close(os.open(path, os.O_CREAT))])
def test_what_is_no_socket_is_not_replaced_by_one(home: Home, make: Callable[[str], None]) -> None:
    path = os.path.join(home.path, "thing")
    make(path)
    before = os.lstat(path)
    assert refused(home, path) == f"{path} is not a socket, so no tmux command was sent"
    with pytest.raises(sockets.Foreign):
        Tmux("tmux", 5.0, home.env).run(path, "new-session", "-d")
    assert os.path.samestat(before, os.lstat(path))


def test_a_hard_link_of_somebodys_leads_to_our_own_server(server: Server, home: Home, other: Home) -> None:
    """It is the same socket; what is refused is the folder, in which it could be replaced."""
    theirs = os.path.join(other.path, "sock")
    os.link(server.socket, theirs)
    assert refused(home, theirs).startswith(f"{other.path} belongs to somebody else: uid {other.uid}")
    mine = os.path.join(home.path, "sock")
    os.link(server.socket, mine)
    assert "proj" in ask(home, mine)
    assert stat.S_ISSOCK(os.lstat(theirs).st_mode)


def test_nobody_is_even_connected_to(home: Home, other: Home, open_folder: str) -> None:
    """Not by the look whether somebody listens, either."""
    path = os.path.join(open_folder, "listening")
    with unix.socket(unix.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(1)
        listening.setblocking(False)
        os.chown(path, other.uid, other.uid)
        assert sockets.state(path) == "foreign"
        assert "belongs to somebody else" in refused(home, path)
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_object_of_libtmux_that_was_given_out_asks_again_each_time(server: Server, home: Home) -> None:
    tmux = Tmux("tmux", 5.0, home.env)
    found = libtmux_objects.session(tmux, pane_list.read(tmux, server.socket).server, "$0")
    assert [window.window_name for window in found.windows] == ["one", "two"]
    os.chown(server.socket, 12345, -1)
    for use in (lambda: found.windows, lambda: found.cmd("list-panes"), found.refresh):
        with pytest.raises(sockets.Foreign):
            use()
    os.chown(server.socket, 0, -1)
    assert len(found.windows) == 2
