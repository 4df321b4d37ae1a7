"""Clean up once on all of your tmux servers, and say what was done with each view, and why."""

from __future__ import annotations

from viewsync.commands import _args, _verdicts
from viewsync.sweeper import one_pass
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.output import Result

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    4: "a tmux server or the registry could not be read",
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.dry_run(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    with ctx.progress("sweeping"):
        done = one_pass.everything(ctx, "person", dry_run=parsed.dry_run)
    return _verdicts.result(done, dry_run=parsed.dry_run, verbose=True)
