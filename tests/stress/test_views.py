"""Many tabs open and leave at once, with hooks on and two sweepers beside them: nobody is thrown out, nothing is left.

The short form runs with every test run; `--long` is the form of the design: 8 workers x 200 rounds.
"""

from __future__ import annotations

import collections
import random
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.stress import leaving
from tests.support import forms
from tests.support.wait import stays, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Home, Server

WORKERS = 8
WAYS = (*leaving.WAYS, "switch-client")


class Worker(threading.Thread):
    """Opens a view, stays on it for a moment, leaves it in some way; and so on."""

    def __init__(self, server: Server, number: int, rounds: int, seed: int) -> None:
        super().__init__()
        self.server = server
        self.rounds = rounds
        self.random = random.Random(f"{seed}-{number}")  # noqa: S311  the tests' dice
        self.ways: collections.Counter[str] = collections.Counter()
        self.problems: list[str] = []

    def run(self) -> None:
        try:
            for _ in range(self.rounds):
                self.round()
        except Exception as error:  # a thread's error is the test's
            self.problems.append(f"{type(error).__name__}: {error}")

    def round(self) -> None:
        tab, view = self.server.open("proj")
        if "-view-" not in view:
            raise AssertionError(f"the tab is on {view}")
        stays(lambda: (tab.ended(), self.server.clients().get(tab.pid)), self.random.uniform(0, 0.1))
        way = self.random.choice(WAYS)
        self.ways[way] += 1
        self.leave(tab, way)
        if way != "switch-client":
            until(lambda: self.server.clients().get(tab.pid) != view, f"its leave by {way}")
        tab.end()
        self.server.home.tabs.remove(tab)

    def leave(self, tab: Tab, way: str) -> None:
        if way == "switch-client":
            to = self.random.choice(("proj", "other"))
            self.server.tmux("switch-client", "-c", tab.tty, "-t", f"={to}")
            until(lambda: f"{to}-view-" in self.server.clients()[tab.pid], f"a view of {to}")
        else:
            leaving.leave(self.server, tab, way)


class Monitor(threading.Thread):
    """Looks all the time for two clients on one view."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server
        self.done = threading.Event()
        self.readings = 0
        self.shared: list[str] = []

    def run(self) -> None:
        while not self.done.is_set():
            counts = collections.Counter(self.server.clients().values())
            self.shared += [f"{count} on {name}" for name, count in counts.items() if "-view-" in name and count > 1]
            self.readings += 1
            self.done.wait(0.01)


class Sweeps(threading.Thread):
    """`viewsync sweep`, again and again, beside the resident sweeper."""

    def __init__(self, home: Home) -> None:
        super().__init__()
        self.home = home
        self.done = threading.Event()
        self.count = 0
        self.problems: list[str] = []

    def run(self) -> None:
        while not self.done.is_set() or self.count < 3:  # on a busy machine the tabs are over before
            swept = self.home.viewsync("sweep")
            self.count += 1
            if swept.code:
                self.problems.append(f"{swept.code}: {swept.err}")


@pytest.mark.stress
def test_tabs_that_come_and_go_disturb_nobody_and_leave_nothing(servers: Callable[..., Server], home: Home) -> None:
    rounds = 200 if forms.long else 6
    server = servers(conf=leaving.CONF).start()
    server.tmux("new-session", "-d", "-s", "other")
    before = server.pane_pids()
    sweeper = home.program([home.launcher, "sweeper", "run"])
    monitor, sweeps = Monitor(server), Sweeps(home)
    workers = [Worker(server, number, rounds, seed=rounds) for number in range(WORKERS)]
    start = time.monotonic()
    for thread in (monitor, sweeps, *workers):
        thread.start()
    for worker in workers:
        worker.join()
    took = time.monotonic() - start
    for other in (monitor, sweeps):
        other.done.set()
        other.join()
    assert not [problem for worker in workers for problem in worker.problems]
    assert not monitor.shared
    assert not sweeps.problems
    assert not sweeper.ended(), sweeper.text()
    sweeper.signal(signal.SIGTERM)
    assert sweeper.wait() == 0, sweeper.text()
    final = home.viewsync("sweep", "--json").json()
    assert not final["errors"]
    assert server.sessions() == ["proj", "other"]
    assert server.pane_pids() == before
    assert home.rows() == {}
    ways = sum((worker.ways for worker in workers), collections.Counter[str]())
    print(
        f"{sum(ways.values())} rounds in {took:.1f} s {dict(ways)}; {monitor.readings} readings, {sweeps.count} sweeps"
    )
    assert sum(ways.values()) == WORKERS * rounds
    assert sweeps.count > 2
