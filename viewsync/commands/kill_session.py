"""End one project session and its views, after its cleanup steps, and forget it.

It ends even if somebody is attached, because you named it, but not while it is quarantined or has a pinned view.
--dry-run shows what would end.
"""

from __future__ import annotations

from viewsync.commands import _args, _project_rows
from viewsync.projects import listing
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.output import Result

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
    return _project_rows.ended(ctx, known, _TRIGGER, dry_run=parsed.dry_run)
