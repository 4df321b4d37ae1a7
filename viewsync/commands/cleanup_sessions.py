"""End all sessions of the current project that nobody is attached to, each after its cleanup steps.

--dry-run shows which sessions would end, and why the others stay.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import ViewsyncError
from viewsync.output import Result
from viewsync.projects import current_project, ending, listing
from viewsync.sessions.rules import health
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.projects.listing import Known

EXIT_CODES = {
    0: "done",
    1: "there is no project here, or a session could not be ended",
}
CODES = ((ViewsyncError, 1),)
_TRIGGER = "cleanup-sessions"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--attached", action="store_true", help="also end sessions that somebody is attached to")
    _args.server(parser)
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    project = current_project.read(ctx, parsed.label, parsed.socket)
    told = _args.teller(parsed)
    problems = list(project.problems)
    rows: list[dict[str, Any]] = []
    for known in project.sessions:
        kept = _kept(known, attached=parsed.attached)
        row = {"name": known.name, "socket": known.socket, "action": "kept" if kept else "ended", "reason": kept}
        rows.append(row)
        told(f"keep {known.name}: {kept}" if kept else f"end {known.name}")
        if not kept and not parsed.dry_run:
            row["action"], more = _end(ctx, known, attached=parsed.attached)
            problems += [f"{known.name}: {problem}" for problem in more]
    failed = bool(project.problems) or any(result["action"] == "failed" for result in rows)
    if not rows and not failed:
        told(f"do nothing: the project {project.root} has no sessions")
    data = {"root": project.root, "sessions": rows, "dry_run": parsed.dry_run, "errors": problems}
    return Result(data, code=1 if failed else 0, warnings=problems)


def _kept(known: Known, *, attached: bool) -> str:
    """Why it stays, "" when it goes."""
    if known.doubt or known.status == health.UNKNOWN:
        return known.doubt or "viewsync cannot tell whether it is running"
    if known.status == listing.CREATING:
        return "it is just being created"
    if known.quarantined:
        return "quarantined"
    in_use = known.live is not None and (known.live.in_use or any(view.in_use for view in known.views))
    return "somebody is attached to it" if in_use and not attached else ""


def _end(ctx: Context, known: Known, *, attached: bool) -> tuple[str, list[str]]:
    try:
        done = ending.end(ctx, known, _TRIGGER, force=attached)
    except ending.InUse as error:
        return "kept", [error.message]
    except ViewsyncError as error:
        return "failed", [error.message]
    return "ended" if done.ended else "failed", done.problems
