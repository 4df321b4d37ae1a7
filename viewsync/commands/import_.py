"""Print a file of tmuxp or tmuxinator as a command file, to be put into .viewsync/commands/.

What has no equal here is left out, and said with its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.commands import _args
from viewsync.output import Result

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "the file cannot be used, or an argument is wrong",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="YAML or JSON of tmuxp, or YAML of tmuxinator")
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="write a new file instead of printing")
    _args.json(parser)


def run(parsed: argparse.Namespace, _ctx: Context) -> Result:
    from viewsync.project_files import importing

    found = importing.read(parsed.file)
    left = [each.message for each in found.left]
    file = importing.write(found.text, parsed.output) if parsed.output else None
    lines = [f"written: {file}"] if file else found.text.splitlines()
    return Result({"command": found.data, "left_out": left, "file": file}, lines, warnings=left)
