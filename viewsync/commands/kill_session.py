"""End one project session and its views, after its cleanup steps, and forget it.

It ends even if somebody is attached, because you named it, but not while it is quarantined. --dry-run shows what would
end.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.projects import ending, listing
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or the session is still there",
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}

_TRIGGER = "kill"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the session's exact name")
    _args.server(parser)
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    known = listing.find(ctx, parsed.name, parsed.label, parsed.socket)
    data: dict[str, Any] = {"name": known.name, "socket": known.socket}
    data["session_id"] = known.live.id if known.live else None
    if parsed.dry_run:
        what = f"end session {known.name}" if known.live else f"forget {known.name}, which is no longer running"
        views = [f"end its view {view.name}" for view in known.views if view.view]
        return Result({**data, "dry_run": True, "status": known.status}, [f"would {view}" for view in [*views, what]])
    done = ending.end(ctx, known, _TRIGGER, force=True)
    steps = [{"name": step.name, "problem": step.problem} for step in done.steps]
    data |= {"ended": done.ended, "deregistered": bool(done.removed), "steps": steps, "problems": done.problems}
    line = f"ended {known.name}" if known.live else f"forgot {known.name}, which was no longer running"
    failed = not done.ended or done.removed is False
    return Result(data, [line] if done.ended else [], 1 if failed else 0, done.problems)
