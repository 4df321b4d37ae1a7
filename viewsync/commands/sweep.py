"""One pass over all of your tmux servers: what is ours, what the policy says of it, done and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.actions import sweeping
from viewsync.commands import args, verdicts

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.output import Result


def arguments(parser: argparse.ArgumentParser) -> None:
    args.dry_run(parser)
    args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    done = sweeping.everything(ctx, "person", dry_run=parsed.dry_run)
    return verdicts.result(done, dry_run=parsed.dry_run, verbose=True)
