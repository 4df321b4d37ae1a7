"""List the sessions of the current project: the one whose folder this is, or is above this one.

Exit codes: 0 done, 1 no project here, or some of it cannot be known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.actions import addresses
from viewsync.actions.projects import here, sessions
from viewsync.commands import args, project_rows
from viewsync.errors import ViewsyncError
from viewsync.output import Result

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

CODES = ((ViewsyncError, 1),)


def arguments(parser: argparse.ArgumentParser) -> None:
    args.server(parser)
    args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    named = bool(parsed.label or parsed.socket)
    socket = addresses.socket_of(ctx, parsed.label, parsed.socket)
    project = here.project(ctx)
    reading = sessions.read(ctx, [socket], alone=named)
    now = ctx.clock()
    found = [project_rows.data(each, now) for each in here.of(reading, project)]
    data = {"root": project.root, "sessions": found, "total": len(found), "errors": reading.problems}
    code = 1 if reading.problems else 0
    if not found:
        return Result(data, [] if code else [f"No sessions of the project {project.root}."], code, reading.problems)
    hints = project_rows.hints(found)
    return Result(data, [*project_rows.lines(found, now), *([""] if hints else []), *hints], code, reading.problems)
