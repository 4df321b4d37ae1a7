"""`kill -9` of viewsync at any moment: the registry stays whole, nobody's work is lost, and a sweep tidies up.

The moments are random (0 to 120 ms, which reaches from before the first import to after the last write), or the
one at which the registry's new file is written, and not yet in its place. A failure names its seed and round.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support import forms
from tests.support.server import ROOT
from tests.support.wait import until
from viewsync.setup.rules import launcher
from viewsync.system import procfs

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Process, Tab
    from tests.support.server import Home, Server

SEED = 20261121
# Views that were made without a client do not wait for one here, so that one sweep ends them.
ENV = {"VIEWSYNC_GRACE": "0"}
_STOPS = """os.rename = lambda old, *new, rename=os.rename, **more: (
    os.kill(os.getpid(), signal.SIGSTOP) if ".sessions.json.tmp-" in old else None, rename(old, *new, **more))[1]
"""


class Killer:
    """Starts verbs and kills them."""

    def __init__(self, server: Server, dice: random.Random) -> None:
        self.server = server
        self.home = server.home
        self.dice = dice
        self.alive = 0  # verbs that were killed before they ended by themselves
        self.written = 0  # verbs that were killed while their temporary file was there
        self.number = 0
        # The launcher of a viewsync that stops where it would put the registry's new file into its place.
        self.stopping = os.path.join(self.home.path, "stopping")
        with open(self.stopping, "w", encoding="utf-8") as file:
            begin, import_, rest = launcher.start(sys.executable, ROOT).partition("from viewsync.cli")
            file.write(f"#!/bin/sh\n{begin}import os, signal\n{_STOPS}{import_}{rest}\n")
        os.chmod(self.stopping, 0o700)

    def round(self, verb: str) -> None:
        stops = self.dice.random() < 0.3
        program = self.stopping if stops else self.home.launcher
        if verb == "open":
            words = ["open", "-S", self.server.socket, "proj", *self.dice.choice(([], ["--new"]))]
            tab = self.home.program([program, *words], env=ENV)
            self.kill(tab.process, stops)
            tab.end()
            self.home.tabs.remove(tab)
            return
        words = {
            "reserve": ["open", "--json", "--lease", "0", "-S", self.server.socket, "proj"],
            "reserve new": ["open", "--json", "--new", "--lease", "0", "-S", self.server.socket, "proj"],
            "hook": ["hook"],
            "sweep": ["sweep"],
            "cleanup": ["cleanup", "--views"],
            "detour": ["open", "--json", "--lease", "0", "-S", self.server.socket],
        }[verb]
        if verb == "detour":
            words.append(self.hijacked())
        env = {**self.home.env, **ENV, "TMUX": f"{self.server.socket},{self.server.pid},0"}
        process = subprocess.Popen([program, *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.kill(process, stops)

    def hijacked(self) -> str:
        """The name of a session that trap B is set for: `open` takes its detour there."""
        self.number += 1
        name = f"b{self.number}"
        self.server.tmux("new-session", "-d", "-s", name, "-n", "old")
        self.server.tmux("new-session", "-d", "-t", f"={name}", "-s", f"{name}-mine")
        self.server.tmux("rename-session", "-t", f"={name}", f"{name}-away")
        self.server.tmux("new-session", "-d", "-s", name, "-n", "new")
        return name

    def kill(self, process: Process, stops: bool) -> None:
        if stops:
            until(lambda: process.poll() is not None or _stopped(process.pid), "a verb's end, or that it stops")
            self.written += os.path.exists(os.path.join(self.home.state, f".sessions.json.tmp-{process.pid}"))
        else:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.dice.uniform(0, 0.12))
        self.alive += process.poll() is None
        process.kill()
        process.wait()


def _stopped(pid: int) -> bool:
    seen = procfs.stat(pid)
    return seen is not None and seen.fields[0] == b"T"


VERBS = ("open", "open", "reserve", "reserve new", "hook", "sweep", "cleanup", "detour")


@pytest.mark.stress
@pytest.mark.usefixtures("real_starts")  # of which the moments are, too
def test_viewsync_may_be_killed_at_any_moment(servers: Callable[..., Server], home: Home) -> None:
    rounds = 300 if forms.long else 40
    server = servers().start()
    tabs = dict(server.open("proj", env=ENV) for _ in range(3))
    killer = Killer(server, random.Random(SEED))  # noqa: S311  the tests' dice
    mine = server.pane_pids()
    for number in range(rounds):
        verb = VERBS[number % len(VERBS)]
        killer.round(verb)
        where = f"seed {SEED}, round {number} ({verb})"
        assert_whole(home, where)
        assert set(mine) <= set(server.pane_pids()), where
        assert_attached(server, tabs, where)
    print(f"{rounds} rounds: {killer.alive} killed alive, {killer.written} of them beside their temporary file")
    assert killer.alive > rounds / 3
    assert killer.written
    assert_tidied(server, tabs, killer.number)


def assert_whole(home: Home, where: str) -> None:
    """The registry is JSON, and nobody ever had a reason to set one aside."""
    registry = home.registry()
    assert all(isinstance(row, dict) and row["socket"] for row in registry["views"].values()), where
    assert not [name for name in os.listdir(home.state) if "corrupt" in name], where


def assert_attached(server: Server, tabs: dict[Tab, str], where: str) -> None:
    clients = server.clients()
    assert {tab.pid: clients.get(tab.pid) for tab in tabs} == {tab.pid: view for tab, view in tabs.items()}, where


def assert_tidied(server: Server, tabs: dict[Tab, str], hijacked: int) -> None:
    """One sweep, and only what people made, or are on, is there."""
    home = server.home
    last = time.time()
    until(lambda: time.time() > last + 1.2, "the end of the last reservation")
    swept = home.viewsync("sweep", "--json", env=ENV)
    assert swept.code == 0, swept
    people = {"proj", *(f"b{number}{kind}" for number in range(1, hijacked + 1) for kind in ("", "-mine", "-away"))}
    assert set(server.sessions()) == people | set(tabs.values())
    assert set(home.rows()) == set(tabs.values())
    assert not [name for name in os.listdir(home.state) if "tmp-" in name or name.startswith("open.conf")]
    assert json.loads(swept.out)["failed"] == 0
