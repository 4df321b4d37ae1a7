"""Copy a command's file, byte for byte, under another name.

The copy stands where the original does, or with --to-own or --to-here among your own commands or in this folder's
project. A command that has that name already is only replaced if you say so.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.project_files.locating import Entry

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, the new name is taken, or a file cannot be read or written",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes(
        "command files", parser.add_argument("name", metavar="NAME", help="a command, or the path of its file")
    )
    _args.completes("command", parser.add_argument("new", metavar="NEW", help="what the copy is called"))
    _args.whose(parser)
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--to-own", action="store_true", help="make it one of your own, which any folder has")
    target.add_argument("--to-here", action="store_true", help="make it one of the project that this folder is in")
    _args.yes(parser, "replace the command that has the new name, without asking")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.project_files import keeping, locating

    source = locating.entry(parsed.name, ctx.env, own=parsed.own, here=parsed.here)
    own, root = _target(parsed, source)
    entry = locating.place(parsed.new, ctx.env, own=own, root=root)
    keeping.refuse_target(source.file, entry)
    seen = keeping.look(entry.file) if entry.exists else None
    if entry.exists and not parsed.yes:
        question = f"{entry.told} already exists: {entry.file}. Replace it?"
        if not _args.agreed(question, keeping.exists(entry, _TAKEN)):
            raise keeping.exists(entry, "nothing was changed")
    keeping.copy(source, entry, seen)
    data = {"name": entry.name, "file": entry.file, "own": own, "source": source.file, "replaced": entry.exists}
    return Result(data, [f"copied {source.file} to {entry.file}"])


_TAKEN = "give another name, or pass --yes to replace it"


def _target(parsed: argparse.Namespace, source: Entry) -> tuple[bool, str]:
    """Whether it is to be the user's own, else of which project."""
    from viewsync.project_files import locating

    if parsed.to_own or (source.listed and not source.root and not parsed.to_here):
        return True, ""
    root = source.root if source.listed and not parsed.to_here else locating.project_root()
    if not root:
        raise locating.outside("pass --to-own")
    return False, root
