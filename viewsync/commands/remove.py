"""Remove a command's file, after asking. Sessions that were made by it run on, and you are told which ones.

Of a link it is the link that goes. --dry-run shows what would go.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import UsageError, ViewsyncError
from viewsync.light import quote
from viewsync.output import Result, complain
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.project_files.locating import Entry

EXIT_CODES = {
    0: "done",
    1: "there is no such command, you said no, or the file cannot be removed",
}
CODES = ((ViewsyncError, 1),)


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes("command", parser.add_argument("name", metavar="NAME", help="the command's name"))
    _args.whose(parser)
    _args.yes(parser, "remove it without asking")
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.project_files import keeping, locating

    entry = locating.entry(parsed.name, ctx.env, own=parsed.own, here=parsed.here)
    if not entry.listed:
        raise UsageError(f"{entry.file} is not in a folder of commands", "`rm` removes any file")
    seen = keeping.look(entry.file)
    running, warnings = _running(ctx, entry)
    data = {"name": entry.name, "file": entry.file, "own": not entry.root, "sessions": running}
    if parsed.dry_run:
        return Result({**data, "removed": False, "dry_run": True}, [f"would remove {entry.file}"], warnings=warnings)
    if not parsed.yes:
        for warning in warnings:
            complain(warning)
        warnings = []
        refusal = UsageError(
            f"removing {entry.file} asks first, and there is no terminal to ask on", "pass --yes to remove it"
        )
        if not _args.agreed(f"Remove {entry.file}?", refusal):
            raise ViewsyncError(f"{entry.file} was not removed", "you did not say yes")
    keeping.remove(entry, seen)
    return Result({**data, "removed": True, "dry_run": False}, [f"removed {entry.file}"], warnings=warnings)


def _running(ctx: Context, entry: Entry) -> tuple[list[str], list[str]]:
    """The names of its sessions, and what there is to say of them. They stay, so nothing has to be known of them."""
    from viewsync.projects import of_command

    try:
        found, problems = of_command.sessions(ctx, entry)
    except ViewsyncError as error:
        found, problems = [], [error.message]
    told = [f"cannot tell which sessions of it run: {problem}" for problem in problems]
    names = [known.name for known in found]
    if len(names) == 1:
        told.append(f"its session {names[0]} runs on; `viewsync stop {quote(names[0])}` ends it")
    elif names:
        told.append(f"its sessions {', '.join(names)} run on; `viewsync stop NAME` ends one")
    return names, told
