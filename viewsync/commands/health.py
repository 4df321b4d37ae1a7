"""Check whether one pane and its program are alive. Both tmux and the process table are asked.

With --host all, and no session, the sessions of all hosts that the setting `hosts` names are checked, side by side. One
that does not answer is `unknown`, whatever runs there.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import MissingSession, UsageError
from viewsync.output import Result, table
from viewsync.registry.rows import stamp
from viewsync.sessions import health
from viewsync.sessions.rules.health import ALIVE, DEAD, MISSING, SERVER, UNKNOWN, ZOMBIE
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.hosts.asking import Silence
    from viewsync.hosts.listing import FarSession

EXIT_CODES = {
    0: "alive; with --host all: no session is dead, and each host answered",
    1: "dead; with --host all: a session is, on one of those that answered",
    2: "missing",
    3: "zombie",
    4: "no tmux server, or no answer from it; with --host all: a host did not answer, and no session of others is dead",
    5: _args.STATE,
    64: "an argument is wrong",
}
CODES = ((MissingSession, 2), (UsageError, 64))  # 1 means dead, so a wrong argument cannot be 1

# The words of the tool, and its exit codes.
_TOLD = {
    ALIVE: ("healthy", 0),
    DEAD: ("dead", 1),
    MISSING: ("missing", 2),
    ZOMBIE: ("zombie", 3),
    SERVER: ("server_not_running", 4),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.target(parser)
    _args.host(parser)
    parser.add_argument("--format", choices=("json", "text"), default="json", help="the form of the answer (json)")
    parser.add_argument("--json", action="store_true", help="same as --format json")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    as_json = parsed.json or parsed.format == "json"
    if parsed.host == "all" and not (parsed.session or parsed.target):
        return _everywhere(parsed, ctx, as_json=as_json)
    report = health.check(*_args.reached(parsed, ctx), with_usage=as_json)
    _, code = _TOLD[report.health.status]
    if as_json:
        return Result(_data(report), code=code, always_json=True)
    return Result(lines=[_line(report)], code=code)


def _everywhere(parsed: argparse.Namespace, ctx: Context, *, as_json: bool) -> Result:
    from viewsync.hosts import asking, listing

    def ask(ctx: Context, host: str) -> list[listing.FarSession]:
        return listing.sessions(ctx, host, parsed.label, parsed.socket)

    answers = asking.every(ctx, ask)
    hosts = [_host(host, answer) for host, answer in answers.items()]
    dead = any(host["status"] == _TOLD[DEAD][0] for host in hosts)
    errors = [host["message"] for host in hosts if host["message"]]
    code = 1 if dead else 4 if errors else 0
    if as_json:
        return Result({"hosts": hosts, "errors": errors}, code=code, warnings=errors, always_json=True)
    rows = [row for host in hosts for row in _rows(host)]
    return Result(lines=table(("HOST", "SESSION", "STATUS"), rows), code=code, warnings=errors)


def _host(name: str, answer: list[FarSession] | Silence) -> dict[str, Any]:
    """Dead where any of its sessions is; of one that has not answered nothing is said."""
    sessions = answer if isinstance(answer, list) else []
    found = [
        {
            "name": session.name,
            "socket": session.socket,
            "target": session.target,
            "status": _TOLD[session.status][0],
            "quarantined": session.quarantined,
        }
        for session in sessions
    ]
    statuses = [session.status for session in sessions]
    status = _TOLD[DEAD if DEAD in statuses else ALIVE if statuses else SERVER][0]
    silent = None if isinstance(answer, list) else answer
    return {
        "host": name,
        "status": UNKNOWN if silent else status,
        "unreachable_since": stamp(silent.since) if silent and silent.since is not None else None,
        "message": silent.said if silent else None,
        "sessions": found,
    }


def _rows(host: dict[str, Any]) -> list[tuple[str, ...]]:
    since = f"unreachable since {host['unreachable_since']}" if host["unreachable_since"] else host["status"]
    rows: list[tuple[str, ...]] = [(host["host"], session["name"], session["status"]) for session in host["sessions"]]
    return rows or [(host["host"], "-", since)]


def _data(report: health.HealthReport) -> dict[str, Any]:
    found = report.health
    status, _ = _TOLD[found.status]
    used = report.usage
    return {
        "status": status,
        "server_running": found.server_running,
        "session_exists": found.session_exists,
        "pane_exists": found.pane_exists,
        "pane_dead": found.pane_dead,
        "pid": found.pid,
        "process_running": found.process_running,
        "socket": report.socket,
        "target": report.target,
        "command": used.command if used else None,
        "command_pid": used.pid if used else None,
        "cpu_percent": used.cpu_percent if used else None,
        "memory_bytes": used.memory_bytes if used else None,
        "quarantined": report.quarantined,
    }


def _line(report: health.HealthReport) -> str:
    found, target = report.health, report.target
    missing = "Pane" if found.session_exists else "Session"
    return {
        ALIVE: f"Pane {target} is healthy (PID: {found.pid}, process running)",
        DEAD: f"Pane {target} is dead (marked as dead by tmux)",
        MISSING: f"{missing} does not exist (target: {target})",
        ZOMBIE: f"Pane {target} is a zombie (pane exists but process {found.pid} exited)",
        SERVER: f"tmux server is not running on socket: {report.socket}",
    }[found.status]
