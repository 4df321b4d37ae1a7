"""Show views and their cleanup: two real clients on a throwaway tmux server, side by side in this terminal.

It moves by itself, and q leaves it. With --plain, or where there is no terminal of at least 72 columns and 16 lines,
each step is printed, with tmux's own answers as proof.
"""

from __future__ import annotations

import os

from viewsync.commands import _args
from viewsync.output import Result, named, printable
from viewsync.setup import demo
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done, or you left it",
    1: "a step of the demo failed",
    4: "tmux failed, or did not answer in time",
    5: "no folder for the configuration can be found",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plain", action="store_true", help="print each step instead")
    parser.add_argument("--pause", default="5s", metavar="DURATION", help="how long each step is shown (5s)")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    pause = _args.duration(parsed.pause, "--pause")
    size = None if parsed.plain else _size(ctx)
    if size and (result := _shown(ctx, size, pause)):
        return result
    demo.run(ctx, lambda line: print(printable(line), flush=True))
    return Result()


def _shown(ctx: Context, size: tuple[int, int], pause: float) -> Result | None:
    """None where tmux cannot use this terminal."""
    from viewsync.setup import demo_screen  # not for who reads

    try:
        whole = demo_screen.run(ctx, size, pause)
    except demo_screen.NotShown:
        return None
    last = "Nothing is left: the demo's servers and their folder are gone."
    return Result(
        lines=[last, named("`viewsync demo --plain` prints each step with tmux's own answers.")] if whole else [last]
    )


def _size(ctx: Context) -> tuple[int, int] | None:
    """Of this terminal, None where it is none, or too small, or one that cannot be drawn on."""
    if not (os.isatty(0) and os.isatty(1)) or ctx.env.get("TERM", "") in ("", "dumb"):
        return None
    from viewsync.setup.demo_screen import LEAST

    columns, lines = os.get_terminal_size(1)
    return (columns, lines) if columns >= LEAST[0] and lines >= LEAST[1] else None
