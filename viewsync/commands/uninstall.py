"""Remove exactly what `install` set up. Each change is announced before it is made.

The registry and the history stay, and so do files that you have changed.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.setup import installing
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or something could not be removed",
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unrecorded",
        action="store_true",
        help="where the record of the installation is lost: remove what is found by the marks that viewsync leaves",
    )
    parser.add_argument("--purge", action="store_true", help="also remove the registry, the history and the log")
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if ctx.tells("info"):  # what logs is imported while it is there
        ctx.log.info("uninstall begins")
    report = installing.uninstall(
        ctx, _args.teller(parsed), dry_run=parsed.dry_run, purge=parsed.purge, unrecorded=parsed.unrecorded
    )
    data = {"changes": report.changes, "notes": report.notes, "dry_run": parsed.dry_run}
    lines = [] if report.changes else ["nothing is installed"]
    return Result(data, [*lines, *report.notes], warnings=report.warnings)
