"""A tmux that answers late, partly, wrongly or without end, for the verbs of sessions: each ends, says so in a line,
and destroys nothing. tests/faults/test_hung.py asks the verbs of views.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.faults.support import read
from tests.faults.test_hung import FAR_BEYOND, ODD, through
from tests.support import forms
from tests.support.sessions import create, rows
from viewsync.cli import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.projects import Project
    from tests.support.server import Done, Home, Server

# The bound is for a tmux that works, on a machine that is busy: what never answers is waited for that long.
ENV = {"VIEWSYNC_TMUX_TIMEOUT": "0.3", "VIEWSYNC_HOOKS": "0"}
ODDITIES = {
    **{name: body for name, body in ODD.items() if name != "never stops"},
    "never answers": "exec sleep 1000",
    "answers late": 'tmux "$@" > /dev/null; exec sleep 1000',
    "answers, and does not end": 'tmux "$@"; exec sleep 1000',
    "prints without end": "while :; do echo and so on; sleep 0.01; done",
    "prints a long line": "head -c 200000 /dev/zero | tr '\\0' x",
    "tells it twice": 'tmux "$@"; exec tmux "$@"',
    "prints zeros": "head -c 5000 /dev/zero",
    "is for another machine": "printf '\\177ELF'; exit 126",
}
VERBS = (
    "list",
    "send -s web -c true",
    "send -s web -c true -w",
    "health -s web",
    "wait -s web -p never -T 1",
    "capture -s web",
    "exec -s web -T 1 -- true",
    "run dev --no-attach -S SOCKET",
    "create -n new -S SOCKET -- cat",
    "cleanup",
    "reconcile --repair",
    "heartbeat -s web",
    "quarantine -s web",
    "find -A",
    "status",
    "info web",
    "freeze web",
    "attach web",
)
SEVERAL = ("create", "quarantine", "reconcile", "cleanup", "wait")  # of which one line for each thing may be told


class Case(NamedTuple):
    verb: str
    oddity: str


def cases() -> Iterable[Case]:
    """Each verb with each oddity; in the short form each oddity with three of the verbs, another three each time."""
    for at, oddity in enumerate(ODDITIES):
        chosen = VERBS if forms.long else [VERBS[(at * 3 + step) % len(VERBS)] for step in range(3)]
        yield from (Case(verb, oddity) for verb in chosen)


@pytest.mark.parametrize("oddity", ODDITIES)
def test_no_verb_is_misled_into_an_end(server: Server, home: Home, project: Project, forks: None, oddity: str) -> None:
    project.command("dev", "session: {windows: [{name: one}, {name: two}]}")
    create(server, "web", "--shell")
    assert project.viewsync("run", "dev", "--no-attach", "-S", server.socket).code == 0
    before, panes, registered = server.sessions(), server.pane_pids(), rows(home)
    env = {**ENV, "VIEWSYNC_TMUX": through(home, ODDITIES[oddity]), "TMUX": f"{server.socket},{server.pid},0"}
    problems = []
    for case in [case for case in cases() if case.oddity == oddity]:
        words = case.verb.replace("SOCKET", server.socket).split()
        done = home.call([home.launcher, *words], {**home.env, **env}, timeout=FAR_BEYOND, cwd=project.root)
        if problem := unlike_an_error(words[0], done):
            problems.append((case, problem, done))
        assert set(before) <= set(server.sessions()), case
        assert set(panes) <= set(server.pane_pids()), case
        assert set(registered) <= set(rows(home)), case
    assert not problems, log(home)
    assert home.viewsync("reconcile", "--repair").code == 0
    assert home.viewsync("health", "-s", "web").code == 0


def log(home: Home) -> str:
    path = os.path.join(home.state, "log", "viewsync.log")
    return read(path) if os.path.exists(path) else ""


def unlike_an_error(verb: str, done: Done) -> str:
    codes = importlib.import_module(f"viewsync.commands.{COMMANDS[verb].module}").EXIT_CODES
    lines = (done.err + done.out).splitlines()
    if done.code not in codes or any("Traceback" in line for line in lines):
        return "not an exit code of its own"
    if done.code and not lines:
        return "nothing was said"
    return "several lines" if len(done.err.splitlines()) > 1 and verb not in SEVERAL else ""
