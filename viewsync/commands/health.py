"""Check whether one pane and its program are alive. Both tmux and the process table are asked."""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import MissingSession, UsageError
from viewsync.output import Result
from viewsync.sessions import health
from viewsync.sessions.rules.health import ALIVE, DEAD, MISSING, SERVER, ZOMBIE
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "alive",
    1: "dead",
    2: "missing",
    3: "zombie",
    4: "no tmux server, or no answer from it",
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
    report = health.check(*_args.reached(parsed, ctx), with_usage=as_json)
    _, code = _TOLD[report.health.status]
    if as_json:
        return Result(_data(report), code=code, always_json=True)
    return Result(lines=[_line(report)], code=code)


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
