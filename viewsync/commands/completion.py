"""Print the completion script of a shell, for who sets up completions by hand; `viewsync install` does it for you.

For example in ~/.bashrc: source <(viewsync completion bash)
"""

from __future__ import annotations

from viewsync.completion import scripts
from viewsync.output import Result
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(scripts.PLACES), help="the shell")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    return Result(lines=scripts.text(parsed.shell, ctx.launcher).splitlines())
