"""Bring the registry in line with the sessions of this project. This never ends a session.

Sessions that are gone are forgotten, half-written rows are completed, and unregistered sessions are registered.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import ViewsyncError
from viewsync.output import Result
from viewsync.projects import current_project, resetting
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "there is no project here, or something cannot be known or written",
}
CODES = ((ViewsyncError, 1),)
_TOLD = {
    resetting.FORGOTTEN: "forget {}: {}",
    resetting.COMPLETED: "complete the row of {}: {}",
    resetting.REGISTERED: "register {}: {}",
    resetting.KEPT: "keep {}: {}",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.server(parser)
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    project = current_project.read(ctx, parsed.label, parsed.socket)
    told = _args.teller(parsed)
    problems = list(project.problems)
    rows = []
    for known, reset in resetting.plan(project.sessions):
        told(_TOLD[reset.action].format(reset.name, reset.reason))
        problem = "" if parsed.dry_run else resetting.carry_out(ctx, known, reset)
        problems += [f"{reset.name}: {problem}"] if problem else []
        rows.append({**reset._asdict(), "problem": problem or None})
    data = {"root": project.root, "sessions": rows, "dry_run": parsed.dry_run, "errors": problems}
    return Result(data, code=1 if problems else 0, warnings=problems)
