"""`kill -9` of every verb that changes something, at each of its steps that others can see.

A step is a file that is written, renamed or removed, a lock, a program that is started: tests/support/fork_server.py
counts them. Whatever the moment, nothing is lost, nothing stays locked, and the next passes and the same verb once more
make it whole. `--long` takes each moment of each verb, the short form some of them; `--seed` says which.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.stress.model import lock_is_free
from tests.support import forked, forms
from tests.support.wait import until
from viewsync.tmux.rules import hooks

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Done, Server

SEED = 20261129
FEW = 2  # moments of a verb in the short form
MOST = 200
ENV = {"VIEWSYNC_GRACE": "0", "SHELL": "/bin/sh"}
COMMAND = """session:
  task: '{{name | default("dev")}}'
  windows: [{name: one}, {name: two}]
  cleanup_steps:
    - run: touch "$VIEWSYNC_SESSION-over"
"""


class Place:
    """A server and a home in which one verb after the other dies."""

    def __init__(self, server: Server, project: Project) -> None:
        self.server = server
        self.home = server.home
        self.project = project
        self.number = 0
        self.name = ""  # of what the verb is about
        self.socket = server.socket
        self.said: list[str] = []  # by the passes after it, and by the same verb once more

    def fresh(self) -> None:
        self.said.clear()
        self.number += 1
        self.name = f"s{self.number}"

    def viewsync(self, *words: str, code: int = 0) -> Done:
        done = self.project.viewsync(*words)
        assert done.code == code, (words, done)
        return done

    def created(self) -> None:
        self.viewsync("create", "-n", self.name, "-S", self.socket, "--", "cat")

    def with_view(self) -> None:
        """One that nobody has reserved any more: for whole seconds, so that a lease of 0 has one."""
        self.created()
        self.viewed()
        lease = self.server.tmux("list-sessions", "-F", "#{@viewsync_lease}").split()
        until(lambda: max(map(float, lease)) < int(time.time()), "the end of its lease")

    def viewed(self) -> None:
        self.viewsync("open", "--json", "--new", "--lease", "0", "-S", self.socket, self.name)

    def renamed_in_tmux(self) -> None:
        self.created()
        self.server.tmux("rename-session", "-t", f"={self.name}", f"{self.name}-b")

    def ended_in_tmux(self) -> None:
        self.created()
        self.server.tmux("kill-session", "-t", f"={self.name}")

    def orphan(self) -> None:
        self.server.tmux("new-session", "-d", "-s", self.name)
        self.viewed()

    def session(self) -> None:
        self.server.tmux("new-session", "-d", "-s", self.name)

    def old_view(self) -> None:
        self.session()
        self.server.tmux("new-session", "-d", "-t", f"={self.name}", "-s", f"{self.name}-view-1735324800-5432")

    def quarantined(self) -> None:
        self.created()
        self.viewsync("quarantine", "-s", self.name)

    def copied(self) -> None:
        self.created()
        self.viewsync("backup", os.path.join(self.home.path, f"{self.name}.json"))

    def ran(self) -> None:
        self.viewsync(*self.run_words())

    def run_words(self) -> list[str]:
        return ["run", "dev", f"name={self.name}", "--no-attach", "-S", self.socket]

    def nothing(self) -> None:
        """There is nothing to prepare."""

    def without_hooks(self) -> None:
        self.server.remove_hooks()

    # --- how it is afterwards -----------------------------------------------------------------------------------------

    def sessions(self) -> list[str]:
        return self.server.sessions()

    def panes(self) -> set[str]:
        """Of the sessions that the verb is about."""
        found = self.server.tmux("list-panes", "-a", "-F", "#{session_name} #{window_id} #{pane_id} #{pane_pid}")
        rows = [line.partition(" ") for line in found.splitlines()]
        return {pane for session, _, pane in rows if session in (self.name, f"myapp-main-{self.name}")}

    def rows(self) -> dict[str, Any]:
        rows: dict[str, Any] = self.home.registry()["sessions"]
        return rows

    def is_there(self, name: str = "") -> bool:
        return (name or self.name) in self.sessions() and (name or self.name) in self.rows()

    def is_gone(self) -> bool:
        """The row of a view goes with the next sweep, and that of a reserved one when that is over."""

        def gone() -> bool:
            self.viewsync("sweep")
            return not any(self.name in found for found in (*self.sessions(), *self.rows(), *self.home.rows()))

        return until(gone, "its end")

    def is_renamed(self) -> bool:
        return self.is_there(f"{self.name}-b") and self.name not in (*self.sessions(), *self.rows())

    def has_no_view(self) -> bool:
        """Once the second is over in which a view that was reserved is not to end."""

        def gone() -> bool:
            self.viewsync("sweep")
            return [name for name in self.sessions() if name.startswith(self.name)] == [self.name]

        return until(gone, "its view's end")

    def is_quarantined(self) -> bool:
        return self.is_there() and bool(self.rows()[self.name].get("quarantined"))

    def is_released(self) -> bool:
        return self.is_there() and not self.rows()[self.name].get("quarantined")

    def is_built(self) -> bool:
        name = f"myapp-main-{self.name}"
        windows = self.server.tmux("list-windows", "-t", f"={name}", "-F", "#{window_name}").splitlines()
        assert windows == ["one", "two"], windows
        return self.is_there(name)

    def is_stopped(self) -> bool:
        """And its cleanup step has run, by and by, where that goes on without who was killed; or it is told that nobody
        knows how far it came.
        """
        if not any("was interrupted; it is not run again" in said for said in self.said):
            mark = os.path.join(self.project.root, f"myapp-main-{self.name}-over")
            until(lambda: os.path.exists(mark), "its cleanup step")
        return not self.is_there(f"myapp-main-{self.name}") and f"myapp-main-{self.name}" not in self.sessions()

    def has_hooks(self) -> bool:
        return all(self.server.tmux("show-options", "-gqv", hooks.slot(event)) for event in hooks.EVENTS)

    def is_copied(self) -> bool:
        with open(os.path.join(self.home.path, f"{self.name}.json"), encoding="utf-8") as file:
            return self.name in json.load(file)["sessions"]


class Kind(NamedTuple):
    prepare: str
    words: str  # NAME, SOCKET, HOME
    final: str
    again: tuple[int, ...] = (0,)  # how the verb may end where it had been killed before
    ends: bool = False  # what runs in NAME
    steps: int = 3  # it has so many at least


KINDS = {
    "create": Kind("nothing", "create -n NAME -S SOCKET -- cat", "is_there", (0, 2)),
    "kill": Kind("created", "kill -s NAME", "is_gone", (0, 2), ends=True),
    "kill with a view": Kind("with_view", "kill -s NAME --views", "is_gone", (0, 2), ends=True),
    "rename": Kind("created", "rename -s NAME -n NAME-b", "is_renamed", (0, 2, 3)),
    "cleanup": Kind("ended_in_tmux", "cleanup", "is_gone"),
    "cleanup --all": Kind("created", "cleanup --all", "is_gone", ends=True),
    "cleanup --views": Kind("orphan", "cleanup --views", "has_no_view"),
    "sweep": Kind("orphan", "sweep", "has_no_view"),
    "hook": Kind("orphan", "hook", "has_no_view"),
    "reconcile": Kind("renamed_in_tmux", "reconcile --repair", "is_renamed"),
    "open": Kind("created", "open --json --lease 0 -S SOCKET NAME", "is_there"),
    "adopt": Kind("old_view", "adopt --yes -S SOCKET NAME", "has_no_view"),
    "quarantine": Kind("created", "quarantine -s NAME", "is_quarantined", (0, 1)),
    "release": Kind("quarantined", "release -s NAME", "is_released", (0, 1)),
    "heartbeat": Kind("created", "heartbeat -s NAME", "is_there"),
    "send": Kind("created", "send -s NAME -c hello", "is_there"),
    "backup": Kind("created", "backup HOME/NAME.json", "is_copied", (0, 1)),
    "restore-registry": Kind("copied", "restore-registry HOME/NAME.json", "is_there"),
    "run": Kind("nothing", "run dev name=NAME --no-attach -S SOCKET", "is_built"),
    "stop": Kind("ran", "kill-session myapp-main-NAME -S SOCKET", "is_stopped", (0, 3), ends=True),
    "install --here": Kind("without_hooks", "install --here", "has_hooks"),
}


@pytest.fixture
def place(server: Server, project: Project, forks: None) -> Place:
    project.repository()
    project.command("dev", COMMAND)
    assert project.viewsync("trust", "dev", "--yes").code == 0
    server.home.env.update(ENV)
    return Place(server, project)


@pytest.mark.stress
@pytest.mark.parametrize("kind", KINDS)
def test_a_verb_may_be_killed_at_each_of_its_steps(place: Place, kind: str) -> None:
    """The long form begins with the first, and ends where the verb comes to its own end."""
    seed = forms.seed or SEED
    chosen = sorted(random.Random(f"{seed}-{kind}").sample(range(1, KINDS[kind].steps + 1), FEW))  # noqa: S311  dice
    moments = range(1, MOST) if forms.long else chosen
    count = sum(1 for _ in itertools.takewhile(lambda moment: died(place, kind, moment), moments))
    print(f"seed {seed}: {kind} died {count} times")
    assert count in (len(chosen) - 1, len(chosen)) if not forms.long else KINDS[kind].steps <= count < MOST - 1


def died(place: Place, kind: str, moment: int) -> bool:
    """Whether it was killed at that moment; and all is as it has to be then, and after the next passes."""
    found = KINDS[kind]
    place.fresh()
    getattr(place, found.prepare)()
    words = words_of(place, found)
    before, rows = place.server.pane_pids(), place.home.registry()
    going = place.panes() if found.ends else set()
    env = {**place.home.env, "TMUX": f"{place.socket},{place.server.pid},0"}
    done = forked.run([place.home.launcher, *words], env, cwd=place.project.root, edge={"step": moment})
    where = f"{kind}, moment {moment}: {done}"
    assert done.code == -signal.SIGKILL or done.code in found.again, where
    kept = set(before) - going
    assert kept <= set(place.server.pane_pids()), where
    assert {name for name in rows["sessions"] if place.name not in name} <= set(place.rows()), where
    assert lock_is_free(place.home), where
    heal(place, where)
    again = place.project.viewsync(*words, env={"TMUX": env["TMUX"]})
    place.said.append(again.out + again.err)
    assert again.code in (found.again if done.code < 0 else (*found.again, 2, 3)), (where, again)
    last = f"{where}, {again}, {place.sessions()}, {place.home.registry()}"
    try:
        assert getattr(place, found.final)()
    except AssertionError as error:
        raise AssertionError(f"{last}: {error}") from None
    assert kept <= set(place.server.pane_pids()), where
    tidy(place)
    return done.code < 0


def words_of(place: Place, kind: Kind) -> list[str]:
    named = {"NAME": place.name, "SOCKET": place.socket, "HOME": place.home.path}
    words = kind.words.split()
    for word, value in named.items():
        words = [given.replace(word, value) for given in words]
    return words


def heal(place: Place, where: str) -> None:
    for words in (["sweep"], ["reconcile", "--repair"], ["cleanup"]):
        done = place.project.viewsync(*words)
        place.said.append(done.out + done.err)
        assert done.code == 0 or "`viewsync run` completes it" in done.out, (where, words, done)
    assert not [name for name in os.listdir(place.home.state) if "tmp-" in name or "corrupt" in name], where
    assert set(place.home.rows()) <= set(place.sessions()), where
    assert {row["target"].partition(":")[0] for row in place.rows().values()} <= set(place.sessions()), where


def tidy(place: Place) -> None:
    """For the next one: of this nothing is left."""
    place.project.viewsync("release", "-s", place.name)
    for session in [name for name in place.sessions() if name != "proj"]:
        place.server.tmux("kill-session", "-t", f"={session}")
    for words in (["sweep"], ["cleanup"]):
        place.viewsync(*words)
    assert place.rows() == {}, place.rows()
