"""Rename a session, in tmux and in the registry."""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import UsageError
from viewsync.output import Result
from viewsync.sessions import renaming
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    2: "a session has that name",
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.target(parser)
    parser.add_argument("-n", "--name", default="", help="its new name (required)")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if not parsed.name:
        raise UsageError("a new name is required (use -n <name>)", "see `viewsync rename --help`")
    done = renaming.rename(ctx, _args.asked(parsed), parsed.name)
    data = {
        "old": done.old,
        "name": done.new,
        "socket": done.socket,
        "session_id": done.session_id,
        "registered": done.registered,
        "views": done.views,
    }
    return Result(data, [f"renamed {done.old} to {done.new}"])
