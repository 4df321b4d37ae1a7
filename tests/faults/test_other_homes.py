"""The home of another user, as below a sudo that keeps HOME; no home; a runtime folder that is no use."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import edges
from tests.support.edges import Edge
from tests.support.server import ROOT
from tests.support.sessions import note_pid, rows
from tests.support.tree import tree
from tests.support.two_users import needs_root, unused_uid

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def given_away(*paths: str) -> None:
    for path in paths:
        os.makedirs(path, exist_ok=True)
        os.chown(path, unused_uid(), unused_uid())


@pytest.fixture
def his(home: Home) -> str:
    """The home of another user, who has a runtime folder and a tmux configuration, as HOME."""
    needs_root()
    path = os.path.join(home.path, "his")
    given_away(path, f"{path}/.config", f"{path}/run")
    with open(f"{path}/.tmux.conf", "w", encoding="utf-8"):
        pass
    for name in ("VIEWSYNC_STATE_DIR", "VIEWSYNC_DIRS"):
        del home.env[name]
    home.env |= {"HOME": path, "XDG_RUNTIME_DIR": f"{path}/run"}
    return path


def test_root_leaves_nothing_in_another_users_home(server: Server, home: Home, his: str) -> None:
    """And says so in a line, whichever verb is the first."""
    before = tree(his)
    for line in edges.CALLS:
        if line.startswith("demo"):  # it has a home of its own
            continue
        words = [{"SOCKET": server.socket}.get(word, word) for word in line.split()]
        done = edges.call(home, words, Edge(), home.path)
        assert tree(his) == before, line
        assert done.code not in (70, 120), (line, done)
        assert done.err.count("\n") <= 1, (line, done)
    said = home.viewsync("list").err
    assert (f"{his} belongs to somebody else" in said, "sudo -H" in said) == (True, True)
    said = home.viewsync("install").err
    assert (f"the folder {his}" in said, "sudo -H" in said) == (True, True)


@pytest.mark.parametrize("which", ["VIEWSYNC_STATE_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"])
def test_root_leaves_nothing_in_any_folder_of_another_user(home: Home, which: str) -> None:
    """Also where HOME is root's own."""
    needs_root()
    folder = os.path.join(home.path, "his")
    given_away(folder)
    home.env.pop("VIEWSYNC_DIRS")
    home.env[which] = os.path.join(folder, "below") if which == "VIEWSYNC_STATE_DIR" else folder
    if which == "XDG_STATE_HOME":
        del home.env["VIEWSYNC_STATE_DIR"]
    before = tree(home.path)
    for words in (["install"], ["list"], ["create", "-n", "x"], ["uninstall", "--purge"]):
        if which in ("XDG_CONFIG_HOME", "XDG_DATA_HOME") and words[0] in ("list", "create"):
            continue
        done = home.viewsync(*words)
        assert tree(home.path) == before, words
        if words[0] != "uninstall":
            assert (done.code != 0, done.err.count("\n"), "sudo -H" in done.err) == (True, 1, True), (words, done)


def test_what_another_user_has_is_not_taken_away_by_root(home: Home) -> None:
    needs_root()
    assert home.viewsync("install").code == 0
    subprocess.run(["chown", "-R", str(unused_uid()), home.path], check=True)
    before = tree(home.path)
    for words in (["uninstall"], ["uninstall", "--purge"]):
        done = home.viewsync(*words)
        assert (done.code, "sudo -H" in done.err, tree(home.path) == before) == (1, True, True), done


def test_the_installer_asks_whose_home_it_is_first_of_all(home: Home, his: str) -> None:
    before = tree(his)
    for words in ([], ["--uninstall"], ["--program", home.launcher]):
        done = home.run(["sh", os.path.join(ROOT, "install.sh"), *words])
        assert (done.code, "another user's" in done.err, done.err.count("\n")) == (1, True, 1), done
    assert tree(his) == before


def test_no_home_and_no_user_is_enough_where_the_state_has_a_folder(other: Home) -> None:
    """As in a container that runs as any number: HOME is not set, and no user has that number."""
    for name in ("HOME", "VIEWSYNC_DIRS"):
        del other.env[name]
    for line in (
        "create -L x -n a -- cat",
        "list",
        "open --json --create -L x new",
        "sweep",
        "cleanup --views",
        "stats",
    ):
        done = other.viewsync(*line.split())
        assert (done.code, done.err) == (0, ""), (line, done)
    assert other.viewsync("doctor", "--json").json()["checks"]
    os.kill(int(other.run(["tmux", "-L", "x", "display-message", "-p", "#{pid}"]).out), signal.SIGTERM)
    for line in ("install", "install --dry-run", "uninstall"):
        done = other.viewsync(*line.split())
        assert (done.code, done.err.count("\n"), "set HOME" in done.err) == (5, 1, True), (line, done)
    del other.env["VIEWSYNC_STATE_DIR"]
    done = other.viewsync("list")
    assert (done.code, done.err.count("\n"), "VIEWSYNC_STATE_DIR names one" in done.err) == (1, 1, True), done


@pytest.mark.parametrize("name", ["nowhere", "~"])
def test_a_home_that_is_no_whole_path_is_none(home: Home, name: str) -> None:
    before = tree(home.path)
    home.env["HOME"] = name
    for words in (["install"], ["uninstall"], ["install", "--dry-run"]):
        done = home.viewsync(*words, timeout=20)
        assert (done.code, done.err.count("\n"), "set HOME" in done.err) == (5, 1, True), done
    assert tree(home.path) == before


@pytest.mark.parametrize("kind", ["file", "missing below proc", "too long", "another user's", "link to nowhere"])
def test_where_the_runtime_folder_is_no_use_sockets_are_beside_the_state(
    servers: Callable[..., Server], home: Home, kind: str
) -> None:
    place = os.path.join(home.path, "run")
    if kind == "file":
        with open(place, "w", encoding="utf-8"):
            pass
    elif kind == "missing below proc":  # root may write there, they say, and may not
        place = "/proc/self/nothing"
    elif kind == "too long":
        place = os.path.join(home.path, "x" * 90)
        os.mkdir(place, 0o700)
    elif kind == "another user's":
        needs_root()
        given_away(place)
    else:
        os.symlink("nowhere", place)
    home.env |= {"XDG_RUNTIME_DIR": place, "XDG_STATE_HOME": home.path}
    home.env.pop("VIEWSYNC_DIRS")
    state = os.path.join(home.path, "viewsync-state")
    os.mkdir(state)
    home.env["XDG_STATE_HOME"] = state
    del home.env["VIEWSYNC_STATE_DIR"]
    home.state = os.path.join(state, "viewsync")
    done = home.viewsync("create", "-n", "a", "--", "cat")
    assert (done.code, done.err) == (0, ""), done
    socket = rows(home)["a"]["socket"]
    assert socket == os.path.join(home.state, "claude.sock")
    found = servers()
    found.socket = socket
    note_pid(found)
