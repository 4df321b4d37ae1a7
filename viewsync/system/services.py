"""systemd and launchd, asked to run the sweeper. They may be missing, or have no session of ours to talk to."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from viewsync.errors import ViewsyncError
from viewsync.system import process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS = ("systemd", "launchd")
_PATIENCE = 20.0  # seconds for one call; `restart` waits until the old one has ended


def folder(kind: str, env: Mapping[str, str], home: str) -> str:
    """Where the user's own units are."""
    if kind == "launchd":
        return os.path.join(home, "Library", "LaunchAgents")
    return os.path.join(env.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "systemd", "user")


def starting(kind: str, unit: str) -> list[list[str]]:
    """The commands that make the service of that unit file run, now and from now on, in its newest form."""
    if kind == "launchd":
        return [["launchctl", "bootout", _domain(unit)], ["launchctl", "bootstrap", _domain(), unit]]
    name = os.path.basename(unit)
    return [_systemctl("daemon-reload"), _systemctl("enable", name), _systemctl("restart", name)]


def stopping(kind: str, unit: str) -> list[list[str]]:
    if kind == "launchd":
        return [["launchctl", "bootout", _domain(unit)]]
    name = os.path.basename(unit)
    return [_systemctl("disable", name), _systemctl("stop", name)]


def runs(kind: str, unit: str, env: Mapping[str, str]) -> bool:
    if kind == "launchd":
        return not _run(["launchctl", "print", _domain(unit)], env)
    return not _run(_systemctl("is-active", "--quiet", os.path.basename(unit)), env)


def run_all(commands: Sequence[Sequence[str]], env: Mapping[str, str]) -> str:
    """Run them one after the other, to the first that fails; says then what is left to do by hand."""
    for at, command in enumerate(commands):
        problem = _run(command, env)
        if problem and command[1] != "bootout":  # what is not running cannot be booted out, and launchctl says so
            return f"{problem}; by hand: {' && '.join(map(shlex.join, commands[at:]))}"
    return ""


def _run(command: Sequence[str], env: Mapping[str, str]) -> str:
    try:
        done = process.run(command, timeout=_PATIENCE, env=env)
    except ViewsyncError as error:
        return error.message
    said = (done.err or done.out).strip().splitlines()
    return (said[-1] if said else f"exit code {done.code}") if done.code else ""


def _systemctl(*words: str) -> list[str]:
    return ["systemctl", "--user", *words]


def _domain(unit: str = "") -> str:
    name = os.path.basename(unit).removesuffix(".plist")
    return f"gui/{os.getuid()}" + (f"/{name}" if name else "")
