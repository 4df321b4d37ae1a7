"""Mark a session as in use, so that `cleanup --idle-than` and `--older-than` leave it alone."""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.registry import last_active
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
    parser.add_argument(
        "-s", "--session", default="", metavar="NAME", help="a registered session (default: the only one)"
    )
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    name, now = last_active.beat(ctx, parsed.session)
    return Result({"name": name, "last_active": now}, [f"{name}: in use at {now}"])
