"""Every verb, called so that it comes to its work, and the edges that such a call can stand on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support import forked
from tests.support.server import Done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.server import Home

CLOSED, HUNG_UP, FULL = "closed", "hung up", "/dev/full"


class Edge(NamedTuple):
    gone: bool = False  # the folder that it runs in is removed meanwhile
    most_files: int = 0  # that may be open; 0: as many as with us
    killed_at: int = 0  # before this change of a file or folder, counted from 1; 0: it comes to its end
    files: Mapping[str, str] = {}  # a standard file's number: what it is


# In this order: those that end something come after those that look at it. SOCKET is the server's; `proj` a session on
# it, VIEW a view of that; `web` a registered session with a shell; `plain` a project's command, PROJECT its session.
CALLS = [
    "views",
    "open --json -S SOCKET proj",
    "open --json --create -S SOCKET made",
    "restore --plan",
    "restore",
    "sweep",
    "sweeper status",
    "sweeper once",
    "sweeper stop",
    "pin VIEW",
    "adopt proj",
    "create -S SOCKET -n two -- cat",
    "create -L second -n three",
    "list",
    "list --json",
    "info web",
    "attach web",
    "send -s web -c :",
    "wait -s web -p $ -T 5",
    "exec -s web -- :",
    "capture -s web",
    "find",
    "find --all",
    "health -s web",
    "follow -s web -T 0.1",
    "events",
    "rename -s two -n zwei",
    "heartbeat -s zwei",
    "quarantine -s zwei",
    "release -s zwei",
    "reconcile",
    "reconcile --repair",
    "backup",
    "restore-registry nothing",
    "registry list",
    "registry validate",
    "registry cleanup-dead",
    "registry forget-place ?",
    "mcp",
    "run plain",
    "run plain --diff",
    "status",
    "list-sessions",
    "session-info PROJECT",
    "worktree list",
    "worktree remove nothing",
    "print",
    "print plain",
    "new fresh",
    "copy fresh other",
    "edit other",
    "remove other --yes",
    "stop fresh",
    "pick --json",
    "freeze PROJECT",
    "trust --show",
    "import nothing.yaml",
    "schema",
    "doctor",
    "demo --plain --pause 0s",
    "monitor",
    "monitor --once",
    "stats",
    "analyze",
    "completion bash",
    "complete bash list -- l",
    "hook",
    "install --dry-run",
    "install",
    "install",
    "cleanup",
    "cleanup --views",
    "reset-sessions",
    "kill-session PROJECT",
    "cleanup-sessions",
    "kill -s zwei",
    "uninstall --dry-run",
    "uninstall",
    "--version",
    "--help",
    "help environment",
    "list --help",
    "no-such-verb",
]


def call(home: Home, words: list[str], edge: Edge, cwd: str, env: Mapping[str, str] | None = None) -> Done:
    if edge.gone:
        os.makedirs(cwd, exist_ok=True)
    given: dict[str, Any] = edge._asdict()
    ended = forked.run([home.launcher, *words], {**home.env, **(env or {})}, None, cwd=cwd, edge=given)
    return Done(ended.code, ended.out.decode("utf-8", "replace"), ended.err.decode("utf-8", "replace"))


# What they end with where nothing is unusual, if not with 0.
CODES = {
    "edit other": 1,
    "stop fresh": 3,
    "sweeper status": 1,
    "attach web": 1,
    "follow -s web -T 0.1": 1,
    "restore-registry nothing": 1,
    "worktree remove nothing": 1,
    "import nothing.yaml": 1,
    "doctor": 1,
    "monitor": 1,
    "hook": 1,
    "no-such-verb": 1,
}
