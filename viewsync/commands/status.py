"""List the project sessions of all projects with their health."""

from __future__ import annotations

from viewsync.commands import _args, _project_rows
from viewsync.errors import ViewsyncError
from viewsync.output import Result
from viewsync.projects import current_project
from viewsync.sessions.rules import health
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or some of it cannot be known",
}
CODES = ((ViewsyncError, 1),)


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.server(parser)
    _args.scope(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    scope = _args.scope_of(parsed, ctx)
    reading = current_project.within(ctx, scope, parsed.label, parsed.socket)
    now = ctx.clock()
    found = sorted(
        (_project_rows.data(session, now) for session in reading.sessions),
        key=lambda each: each["project"] or "",
    )
    alive = sum(entry["status"] == health.ALIVE for entry in found)
    attached = sum(bool(entry["attached"]) for entry in found)
    data = {"sessions": found, "total": len(found), "alive": alive, "attached": attached, "errors": reading.problems}
    code = 1 if reading.problems else 0
    if not found:
        return Result(data, [] if code else [f"No project sessions{scope}."], code, reading.problems)
    total = f"Total: {len(found)} | Alive: {alive} | Attached: {attached}"
    return Result(
        data, [*_project_rows.lines(found, now), "", total, *_project_rows.hints(found)], code, reading.problems
    )
