"""systemd and launchd, asked to run the sweeper. They may be missing, or have no session of ours to talk to."""

from __future__ import annotations

import os
import shlex

from viewsync.errors import ViewsyncError
from viewsync.system import process
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SYSTEMD, LAUNCHD, TIMER = KINDS = ("systemd", "launchd", "timer")
_UNITS = (".timer", ".service", ".plist")
_PATIENCE = 20.0  # seconds for one call; `restart` waits until the old one has ended


class UnitState(NamedTuple):
    """`enabled`: it comes back with the next login. `problem`: why neither is known."""

    enabled: bool = False
    active: bool = False
    problem: str = ""


def manager(kind: str, env: Mapping[str, str]) -> str:
    """The one that is to run that kind."""
    if kind != TIMER:
        return kind
    alone = process.which("launchctl", env) and not process.which("systemctl", env)
    return LAUNCHD if alone or os.uname().sysname == "Darwin" else SYSTEMD


def folder(manager: str, env: Mapping[str, str], home: str) -> str:
    """Where the user's own units are."""
    if manager == LAUNCHD:
        return os.path.join(home, "Library", "LaunchAgents")
    return os.path.join(env.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "systemd", "user")


def units(paths: Sequence[str]) -> list[str]:
    """Those of these files that are units, the one that is started and stopped first."""
    return sorted((path for path in paths if path.endswith(_UNITS)), key=lambda path: not path.endswith(".timer"))


def starting(unit: str) -> list[list[str]]:
    """The commands that make that unit file run, now and from now on, in its newest form."""
    if _is_launchds(unit):
        return [["launchctl", "bootout", _domain(unit)], ["launchctl", "bootstrap", _domain(), unit]]
    name = os.path.basename(unit)
    return [_systemctl("daemon-reload"), _systemctl("enable", name), _systemctl("restart", name)]


def stopping(units: Sequence[str]) -> list[list[str]]:
    """With what a timer has started just now."""
    if _is_launchds(units[0]):
        return [["launchctl", "bootout", _domain(units[0])]]
    names = [os.path.basename(unit) for unit in units]
    return [_systemctl("disable", names[0]), _systemctl("stop", *names)]


def runs(unit: str, env: Mapping[str, str]) -> bool:
    if _is_launchds(unit):
        return not _run(["launchctl", "print", _domain(unit)], env)
    return not _run(_systemctl("is-active", "--quiet", os.path.basename(unit)), env)


def state(unit: str, env: Mapping[str, str]) -> UnitState:
    """launchd starts at each login what stands in its folder, so that what is loaded is enabled, too."""
    if _is_launchds(unit):
        problem = _run(["launchctl", "print", _domain(unit)], env)
        return UnitState(problem=f"launchd does not have it loaded ({problem})") if problem else UnitState(True, True)
    try:
        command = _systemctl("show", "-p", "UnitFileState", "-p", "ActiveState", os.path.basename(unit))
        done = process.run(command, timeout=_PATIENCE, env=env)
    except ViewsyncError as error:
        return UnitState(problem=error.message)
    if done.code:
        return UnitState(problem=_said(done.code, done.out, done.err))
    told = dict(line.partition("=")[::2] for line in done.out.splitlines())
    return UnitState(told.get("UnitFileState", "").startswith("enabled"), told.get("ActiveState") == "active")


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
    return _said(done.code, done.out, done.err) if done.code else ""


def _said(code: int, out: str, err: str) -> str:
    said = (err or out).strip().splitlines()
    return said[-1] if said else f"exit code {code}"


def _is_launchds(unit: str) -> bool:
    return unit.endswith(".plist")


def _systemctl(*words: str) -> list[str]:
    return ["systemctl", "--user", *words]


def _domain(unit: str = "") -> str:
    name = os.path.basename(unit).removesuffix(".plist")
    return f"gui/{os.getuid()}" + (f"/{name}" if name else "")
