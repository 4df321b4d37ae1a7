"""Protect a session or a view from every cleanup, and save what its panes show.

The text of each pane and a metadata.json are saved in a folder of their own. `viewsync release` ends the quarantine;
what was saved stays.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.sessions import quarantine
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    3: _args.NO_SESSION,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes(
        "session view",
        parser.add_argument(
            "-s",
            "--session",
            default="",
            metavar="NAME",
            help="a registered session, or a view (default: the only session)",
        ),
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for whoever looks at it later")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    done = quarantine.put(ctx, parsed.session, parsed.reason)
    data = {
        "name": done.name,
        "status": done.status,
        "quarantined": True,
        "evidence": done.evidence or None,
        "problems": done.problems,
    }
    lines = [f"{done.name}: quarantined"]
    lines += [f"  its output was saved in {done.evidence}"] if done.evidence else []
    return Result(data, lines, warnings=done.problems)
