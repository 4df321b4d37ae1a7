"""Show what the history knows of all sessions: how many, how long, and what they used; in all and by project.

views: how many were opened and reused, what ended them and why, how long they lived, how many there were at once, and
how long it took from when a client was seen to be gone to the view's end. What nobody saw is counted as unknown.

tmux's hooks record when somebody attaches, on servers with views; on others, the sweeper looks once a minute. It also
measures processor time and memory, once a minute.
"""

from __future__ import annotations

from viewsync.commands import _args, _usage_rows, _view_rows
from viewsync.errors import UsageError
from viewsync.output import Result, size, table
from viewsync.text import durations
from viewsync.typed import TYPE_CHECKING, Any
from viewsync.usage import reporting, view_reporting

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
    parser.add_argument("what", nargs="?", choices=("sessions", "views"), default="sessions")
    parser.add_argument("--project", default="", metavar="NAME", help="of sessions: count only this project")
    parser.add_argument("--parent", default="", metavar="NAME", help="of views: count only those of this session")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.what == "views":
        return _views(parsed, ctx)
    if parsed.parent:
        raise UsageError("--parent is of views", "`viewsync stats views --parent NAME`")
    found = reporting.report(ctx, project=parsed.project)
    return Result(_data(found), _lines(found), warnings=found.warnings)


def _views(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.project:
        raise UsageError(
            "--project is of sessions", "`viewsync stats views --parent NAME` counts the views of one session"
        )
    found = view_reporting.report(ctx, parent=parsed.parent)
    parents = [
        {"parent": line.label, **_view_rows.now(line), **_view_rows.data(line.numbers)} for line in found.parents
    ]
    total = {**_view_rows.now(found.total), **_view_rows.data(found.total.numbers)}
    data = {"views": total, "parents": parents, "errors": found.warnings}
    if found.total.numbers.empty:
        return Result(data, ["The history has no views yet."], warnings=found.warnings)
    lines = [f"{name:<16} {value}" for name, value in _view_rows.totals(found.total)]
    if ends := _view_rows.ends(found.total.numbers.ends):
        lines += ["", *ends]
    rows = [
        (line.label, str(line.there), str(line.attached), *_view_rows.cells(line.numbers)) for line in found.parents
    ]
    lines += ["", *table(("SESSION", "VIEWS", "ATTACHED", *_view_rows.HEAD), rows)]
    return Result(data, lines, warnings=found.warnings)


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
