"""`kill -9` of install and uninstall before each change that they make: the next uninstall leaves nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.setup.test_installing import put, uninstall
from tests.support import edges, forms
from tests.support.edges import Edge
from tests.support.server import ROOT
from tests.support.tree import tree

if TYPE_CHECKING:
    from tests.support.server import Home


def killed(home: Home, words: list[str], at: int) -> bool:
    """Whether it was, and did not come to its end before."""
    done = edges.call(home, words, Edge(killed_at=at), home.path)
    assert done.code in (0, -signal.SIGKILL), done
    return done.code != 0


def test_the_installer_takes_away_what_a_killed_one_has_begun(home: Home) -> None:
    """But nothing of one that is at it, of a launcher that is there, and of somebody else."""
    before = tree(home.path)
    ended = subprocess.Popen(["true"])
    ended.wait()
    above = ".local/share/viewsync/venv"
    put(home, f"{above}/1-1.new-{ended.pid}/bin/python")
    put(home, f"{above}/1-2/pyvenv.cfg")
    kept = [put(home, f"{above}/1-3.new-{os.getpid()}/pyvenv.cfg"), put(home, f"{above}/mine/file")]
    words = ["sh", os.path.join(ROOT, "install.sh"), "--uninstall"]
    env = {"PYTHON": sys.executable, "VIEWSYNC_STATE_DIR": os.path.join(home.path, "none")}
    launcher = put(home, ".local/bin/viewsync", b"#!/bin/sh\nexit 3\n", 0o755)
    assert home.run(words, env).code == 0
    assert os.path.exists(os.path.join(home.path, above, "1-2"))
    os.unlink(launcher)
    done = home.run(words, env)
    assert (done.code, done.out.count("remove ")) == (0, 2), done
    assert sorted(os.listdir(os.path.join(home.path, above))) == [f"1-3.new-{os.getpid()}", "mine"]
    for path in kept:
        shutil.rmtree(os.path.dirname(path))
    assert home.run(words, env).code == 0
    assert not os.path.exists(os.path.join(home.path, ".local/share/viewsync"))
    shutil.rmtree(os.path.join(home.path, ".local"))
    assert tree(home.path) == before


@pytest.mark.parametrize("kind", ["first", "again", "uninstall"])
def test_whatever_it_was_at_uninstall_knows_of_it(home: Home, kind: str) -> None:
    """`again`: with other tools, another configuration and another module than before."""
    put(home, ".tmux.conf", b"set -g @mine 1\n")
    put(home, "other.conf", b"set -g @mine 2\n")
    before = tree(home.path)
    more = [
        "--tools",
        f"{home.path}/tools2",
        "--tmux-conf",
        f"{home.path}/other.conf",
        "--wezterm-dir",
        f"{home.path}/w",
    ]
    words = {"first": ["install"], "again": ["install", *more], "uninstall": ["uninstall", "--purge"]}[kind]
    at, went_on = 1, True
    while went_on:
        if kind != "first":
            assert home.viewsync("install", "--tools", f"{home.path}/tools").code == 0
        went_on = killed(home, words, at)
        if went_on and kind == "again" and at % 2:  # the next one goes on
            assert home.viewsync(*words).code == 0
            assert not [path for path in tree(home.path) if ".saved" in path or ".orig" in path]
        uninstall(home, "--purge")
        left = tree(home.path)
        assert left == before, (at, sorted(set(left) ^ set(before)))
        at += 1 if forms.long or kind == "uninstall" else 3
    assert at > 20
