"""Convert a file of tmuxp, tmuxinator, smug or workmux into a command file for .viewsync/commands/, and print it.

Whatever has no equivalent is left out and reported with its line.
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
    1: "the file cannot be used, or an argument is wrong",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file of tmuxp (YAML or JSON), tmuxinator, smug or workmux")
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="write a new file instead of printing")
    _args.json(parser)


def run(parsed: argparse.Namespace, _ctx: Context) -> Result:
    from viewsync.project_files import importing

    found = importing.read(parsed.file)
    left = [problem.message for problem in found.left]
    file = importing.write(found.text, parsed.output) if parsed.output else None
    lines = [f"wrote {file}"] if file else found.text.splitlines()
    return Result({"command": found.data, "left_out": left, "file": file}, lines, warnings=left)
