"""Copy the registry to a new file. Without FILE, the copy goes into the state folder, named by the time."""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.registry import backups
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="?",
        default="",
        metavar="FILE",
        help="the file to create (default: one in backups/ in the state folder)",
    )
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    path, count = backups.backup(ctx, parsed.file)
    return Result({"file": path, "sessions": count}, [f"copied {count} session(s) to {path}"])
