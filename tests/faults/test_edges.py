"""Every verb on every edge: without a folder to be in, without standard files, without a home."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import read
from tests.support import edges
from tests.support.edges import CLOSED, FULL, HUNG_UP, Edge
from tests.support.projects import in_git
from tests.support.sessions import create, listed
from viewsync.cli import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support.projects import Project
    from tests.support.server import Done, Home, Server

project = in_git
OF_THE_FOLDER = [
    line
    for line in edges.CALLS
    if line.split()[0] in ("run", "print", "new", "copy", "remove", "worktree", "trust", "import")
    or line.split()[0] in ("list-sessions", "restore-registry")
    or line in ("reset-sessions", "cleanup-sessions")
]
# Beside what such a verb ends with where nothing is unusual.
EDGES: dict[str, tuple[Edge, Mapping[str, int]]] = {
    "a removed folder": (
        Edge(gone=True),
        {**dict.fromkeys(OF_THE_FOLDER, 1), **{line: 3 for line in edges.CALLS if "PROJECT" in line}},
    ),
    "all closed": (Edge(files={"0": CLOSED, "1": CLOSED, "2": CLOSED}), {}),
    "no reader": (Edge(files={"1": HUNG_UP, "2": HUNG_UP}), {"follow -s web -T 0.1": 0}),
    "no room": (Edge(files={"1": FULL, "2": FULL}), {"follow -s web -T 0.1": 74}),
}


class World:
    def __init__(self, server: Server, project: Project, view: str) -> None:
        self.server = server
        self.project = project
        self.names = {"SOCKET": server.socket, "VIEW": view, "PROJECT": "myapp-main-dev"}

    def call(self, line: str, edge: Edge, **env: str) -> Done:
        words = [self.names.get(word, word) for word in line.split()]
        home = self.project.home
        return edges.call(home, words, edge, f"{home.path}/gone" if edge.gone else self.project.root, env)


@pytest.fixture
def world(server: Server, servers: Callable[..., Server], project: Project) -> Iterator[World]:
    project.command("plain", "session:\n  windows:\n    - name: one\n")
    create(server, "web", "-e", "PS1=$ ", "--", "sh")
    second = servers("second")
    yield World(server, project, project.viewsync("open", "--json", "-S", server.socket, "proj").json()["view"])
    done = second.run("display-message", "-p", "#{pid}")
    second.pid = 0 if done.code else int(done.out)


def test_each_verb_is_called() -> None:
    assert {line.split()[0] for line in edges.CALLS} >= set(COMMANDS)


@pytest.mark.parametrize("files", [4, 6])
def test_without_descriptors_it_says_that_they_are_out_and_forgets_nothing(world: World, files: int) -> None:
    """Not that tmux is to be installed, and not of a bug."""
    home = world.project.home
    before = home.registry()
    for line in edges.CALLS:
        if line.split()[0] in ("install", "uninstall", "hook", "sweeper"):
            continue
        done = world.call(line, Edge(most_files=files))
        told = done.out + done.err
        assert done.code != 70, (line, done)
        assert "Traceback" not in told, (line, done)
        assert "install tmux" not in told, (line, done)
    assert (home.registry()["sessions"], home.rows()) == (before["sessions"], before["views"])
    for line in ("views", "create -S SOCKET -n two", "exec -s web -- :", "find"):
        done = world.call(line, Edge(most_files=files))
        assert (done.code != 0, "oo many open files" in done.out + done.err) == (True, True), (line, done)
    done = world.call("sweeper once", Edge(most_files=files))
    assert "a bug" not in done.out + done.err, done


def test_the_demo_without_a_temporary_folder_says_what_is_out(home: Home) -> None:
    """Where each is tried in vain, Python says that there is none, and nothing of why."""
    done = edges.call(home, ["demo", "--plain", "--pause", "0s"], Edge(most_files=3), home.path)
    assert (done.code, done.out, "Too many open files (raise the limit" in done.err) == (5, "", True), done
    done = home.run(["sh", "-c", 'ulimit -f 0; exec "$0" demo --plain --pause 0s', home.launcher])
    assert (done.code, done.out, "no usable temporary directory" in done.err) == (5, "", True), done


def test_a_demo_that_can_open_too_few_files_leaves_no_folder(home: Home) -> None:
    """Python's own removal of a folder opens it, and says nothing where it cannot."""
    words, folder = ["demo", "--plain", "--pause", "0s"], f"{home.path}/temporary"
    os.mkdir(folder)
    for files in (3, 4, 5):
        done = edges.call(home, words, Edge(most_files=files), home.path, {"TMPDIR": folder})
        assert (done.code != 0, os.listdir(folder)) == (True, []), (files, done)


@pytest.mark.parametrize("name", EDGES)
def test_a_verb_does_what_it_can_and_says_the_rest_in_a_line(world: World, name: str) -> None:
    edge, special = EDGES[name]
    seen, wanted = {}, {}
    for line in edges.CALLS:
        done = world.call(line, edge)
        assert "Traceback" not in done.err + done.out, (line, done)
        assert all(told.startswith("viewsync: ") for told in done.err.splitlines()), (line, done)
        seen[line], wanted[line] = done.code, special.get(line, edges.CODES.get(line, 0))
        if FULL in edge.files.values() and done.code == 74:  # nothing is said by some
            wanted[line] = 74
    assert seen == wanted
    assert "web" in listed(world.project.home)  # nothing that was not asked for
    log = os.path.join(world.project.home.state, "log", "viewsync.log")
    assert not os.path.exists(log) or "a bug" not in read(log)


def test_on_a_full_disk_doctor_says_so_and_no_verb_ends_in_a_bug(world: World) -> None:
    """A file system of a test's own, in a mount namespace."""
    home = world.project.home
    full = os.path.join(home.path, "full")
    os.mkdir(full)
    where = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    if subprocess.run([*where, "mount", "-t", "tmpfs", "tmpfs", full], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here, not even in a namespace")
    lines = ["doctor", "list", "create -n two -- cat", "sweep", "stats", "backup", "cleanup", "reconcile --repair"]
    calls = "; ".join(f'echo "== {line}"; "$0" {line} 2>&1; echo "code $?"' for line in lines)
    script = (
        'mount -t tmpfs -o size=256k tmpfs "$1" && mkdir -m 700 "$1/state" && "$0" list >/dev/null;'
        f' "$0" registry init; cat /dev/zero > "$1/state/fill" 2> /dev/null; {calls}'
    )
    said = home.run([*where, "sh", "-c", script, home.launcher, full], {"VIEWSYNC_STATE_DIR": f"{full}/state"})
    assert ("a bug" in said.out, "Traceback" in said.out) == (False, False), said
    assert "code 70" not in said.out
    assert f"the disk of {full}/state is full" in said.out
    assert "No space left on device (the registry is as it was before)" in said.out
