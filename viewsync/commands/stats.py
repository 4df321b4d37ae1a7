"""Show what the history knows of all sessions: how many, how long, and what they used; in all and by project.

tmux's hooks record when somebody attaches, on servers with views; on others, the sweeper looks once a minute. It also
measures processor time and memory, once a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewsync.commands import _args, _usage_rows
from viewsync.output import Result, size, table
from viewsync.text import durations
from viewsync.usage import reporting

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.usage.reporting import UsageReport
    from viewsync.usage.rules.report import Numbers, RegisteredSession

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    5: "the history or the registry cannot be read",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("sessions",), default="sessions")
    parser.add_argument("--project", default="", metavar="NAME", help="count only this project")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    found = reporting.report(ctx, project=parsed.project)
    return Result(_data(found), _lines(found), warnings=found.warnings)


def _data(found: UsageReport) -> dict[str, Any]:
    projects = [
        {"project": project.label, **_now(_of(found.live, project.label)), **_usage_rows.data(project.numbers)}
        for project in found.projects
    ]
    total = {**_now(found.live), **_usage_rows.data(found.total)}
    return {"sessions": total, "projects": projects, "errors": found.warnings}


def _of(live: list[RegisteredSession], label: str) -> list[RegisteredSession]:
    return [session for session in live if (session.project or reporting.NO_PROJECT) == label]


def _now(live: list[RegisteredSession]) -> dict[str, int]:
    return {
        "alive_now": sum(session.alive for session in live),
        "attached_now": sum(session.attached for session in live),
    }


def _lines(found: UsageReport) -> list[str]:
    if found.total.empty and not found.live:
        return ["The history has no sessions yet."]
    lines = [f"{name:<16} {value}" for name, value in _totals(found.total, _now(found.live))]
    rows = [
        (project.label, str(now["alive_now"]), str(now["attached_now"]), *_usage_rows.cells(project.numbers))
        for project in found.projects
        for now in [_now(_of(found.live, project.label))]
    ]
    return [*lines, "", *table(("PROJECT", "ALIVE", "ATTACHED", *_usage_rows.HEAD), rows)]


def _totals(total: Numbers, now: dict[str, int]) -> list[tuple[str, str]]:
    who = ", ".join(f"{count} {by}" for by, count in total.ended.items())
    half = f"; the median of those that ended is {durations.shown(total.median)}" if total.median is not None else ""
    return [
        ("sessions created", str(total.made)),
        ("ended", f"{sum(total.ended.values())} ({who})" if who else "0"),
        ("alive now", f"{now['alive_now']}, {now['attached_now']} attached"),
        ("time alive", f"{durations.shown(total.alive)} in all{half}"),
        ("time attached", durations.shown(total.attached)),
        ("processor time", durations.shown(total.cpu)),
        ("peak memory", f"{size(total.memory)} in one session"),
        ("steps run", f"{total.steps}, {total.failed} failed"),
        ("errors", str(total.errors)),
    ]
