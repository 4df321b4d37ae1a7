"""Edit a command file in your editor ($VISUAL or $EDITOR), and check it before it takes the old one's place.

An error names the file and the line, and you can edit again. The file is never half written: what is wrong stays a
draft, and the error says where it is.
"""

from __future__ import annotations

from viewsync.commands import _args, _editing
from viewsync.output import Result
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done, or nothing was changed",
    1: "an argument is wrong, the editor failed, or what was written is not right; the file is as it was",
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes(
        "command files", parser.add_argument("name", metavar="NAME", help="a command, or the path of its file")
    )
    _args.whose(parser)
    _args.yes(parser, "keep it also where run would refuse it as it is, say for a name that is not defined")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.project_files import locating

    entry = locating.entry(parsed.name, ctx.env, own=parsed.own, here=parsed.here)
    edited = _editing.edit(ctx, entry.file, yes=parsed.yes)
    data = {"name": entry.name, "file": entry.file, "changed": edited.changed, "problem": edited.problem or None}
    line = f"changed {entry.file}" if edited.changed else f"{entry.file} is as it was"
    return Result(data, [line], warnings=_editing.warnings(edited))
