"""Print the JSON schema of a command file or of a project file.

An editor that knows it checks the file as you write: run `viewsync schema > FILE`, and make this the first line of the
YAML file: `# yaml-language-server: $schema=FILE`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.project_files.rules.schema import SCHEMAS

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", nargs="?", choices=list(SCHEMAS), default="command", help="the kind of file (command)")
    _args.json(parser)


def run(parsed: argparse.Namespace, _ctx: Context) -> Result:
    return Result(SCHEMAS[parsed.kind], always_json=True)
