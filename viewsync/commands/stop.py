"""End a project session and its views, after its cleanup steps, and forget it.

NAME is the session's, or that of its command; without one it is the session of the project, or of the worktree of it,
that this folder is in. It ends even if somebody is attached, but not while it is quarantined or has a pinned view, and
where several can be meant none ends.
"""

from __future__ import annotations

from viewsync.commands import _args, _project_rows
from viewsync.projects import of_command
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.output import Result

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, several sessions can be meant, or the session is still there",
    3: "no session is meant",
    4: _args.TMUX,
    5: _args.STATE,
}

_TRIGGER = "stop"


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes(
        "project-session command",
        parser.add_argument("name", nargs="?", default="", metavar="NAME", help="a session, or a command"),
    )
    _args.server(parser)
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    known = of_command.meant(ctx, parsed.name, parsed.label, parsed.socket)
    return _project_rows.ended(ctx, known, _TRIGGER, dry_run=parsed.dry_run)
