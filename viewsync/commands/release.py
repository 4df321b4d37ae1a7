"""End the quarantine of a session or a view. What was saved of it stays."""

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
    4: _args.TMUX,
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
            help="a quarantined session or view (default: the only session)",
        ),
    )
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    name = quarantine.release(ctx, parsed.session)
    return Result({"name": name, "quarantined": False}, [f"{name}: no longer quarantined"])
