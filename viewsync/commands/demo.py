"""Show views and their cleanup: two real clients on a throwaway tmux server, with tmux's own answers as proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.output import Result, printable
from viewsync.setup import demo

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "a step of the demo failed",
    4: "tmux failed, or did not answer in time",
    5: "no folder for the configuration can be found",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # it takes none


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    del parsed
    demo.run(ctx, lambda line: print(printable(line), flush=True))
    return Result()
