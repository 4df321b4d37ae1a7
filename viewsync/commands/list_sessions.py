"""List the sessions of the current project: the one that the current folder belongs to."""

from __future__ import annotations

from viewsync.commands import _args, _project_rows
from viewsync.errors import ViewsyncError
from viewsync.output import Result
from viewsync.projects import current_project
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "there is no project here, or some of it cannot be known",
}
CODES = ((ViewsyncError, 1),)


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.server(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    project = current_project.read(ctx, parsed.label, parsed.socket)
    now = ctx.clock()
    found = [_project_rows.data(session, now) for session in project.sessions]
    data = {"root": project.root, "sessions": found, "total": len(found), "errors": project.problems}
    code = 1 if project.problems else 0
    if not found:
        return Result(data, [] if code else [f"No sessions of the project {project.root}."], code, project.problems)
    hints = _project_rows.hints(found)
    return Result(data, [*_project_rows.lines(found, now), *([""] if hints else []), *hints], code, project.problems)
