"""Write the command file of a running session: windows, layouts, folders, programs, options and variables.

This works for any session of yours, including those that viewsync did not make. Without NAME, it takes the session
you are in. It prints the file, or writes a new one, and never overwrites any. Variables that look secret are left out
and named.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or the file already exists",
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes(
        "parent",
        parser.add_argument("name", nargs="?", default="", metavar="NAME", help="the session's exact name"),
    )
    _args.target(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("-o", "--output", default="", metavar="FILE", help="write a new file instead of printing")
    where.add_argument(
        "--name", dest="command", default="", metavar="COMMAND", help="save it as this command of the project"
    )
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.projects import freezing

    found = freezing.freeze(ctx, parsed.name, _args.asked(parsed), output=parsed.output, command=parsed.command)
    data = {
        "session": found.name,
        "socket": found.socket,
        "command": found.data,
        "notes": found.notes,
        "file": found.file or None,
    }
    lines = [f"wrote {found.file}"] if found.file else found.text.splitlines()
    return Result(data, lines)
