"""Restore the registry from a copy. The current one is saved first. Sessions in tmux are not touched."""

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
    1: "an argument is wrong, or the file is not a registry",
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file that `viewsync backup` wrote")
    parser.add_argument("--merge", action="store_true", help="only add names that are missing")
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    copy = backups.load(parsed.file)
    changes = backups.differences(ctx, copy, merge=parsed.merge)
    tell = _args.teller(parsed)
    for verb, names in (("add", changes.added), ("replace", changes.replaced), ("remove", changes.removed)):
        for name in names:
            tell(f"{verb} {name}")
    kept = "" if parsed.dry_run else backups.restore(ctx, copy, merge=parsed.merge)
    data = {**changes._asdict(), "dry_run": parsed.dry_run, "kept_as": kept or None}
    return Result(data, [f"saved the previous registry as {kept}"] if kept else [])
