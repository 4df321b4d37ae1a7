"""End the views that nobody uses. Nothing that is attached, not ours, or the last holder of its windows is ended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewsync.actions import addresses, sweeping
from viewsync.commands import args, verdicts
from viewsync.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.output import Result


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--views", action="store_true", help="clean up views")
    parser.add_argument("--verbose", action="store_true", help="name the views that are kept, too")
    parser.add_argument("--socket", default="", metavar="NAME", help="only that server: a -L name, or a path")
    parser.add_argument("--trigger", default="person", metavar="NAME", help="what led to this, for the history")
    parser.add_argument(
        "--from-gui",
        action="store_true",
        help="our parent process is a WezTerm; --live-tty lists all its panes",
    )
    parser.add_argument(
        "--only-gui",
        action="store_true",
        help="with --from-gui: only views opened from that WezTerm",
    )
    parser.add_argument(
        "--live-tty",
        action="append",
        default=[],
        metavar="TTY",
        help="the terminal of a WezTerm pane that lives",
    )
    args.dry_run(parser)
    args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if not parsed.views:
        raise UsageError("nothing to clean up", "--views cleans up views")
    sockets = None
    if parsed.socket:
        is_path = "/" in parsed.socket
        sockets = [addresses.socket_of(ctx, "" if is_path else parsed.socket, parsed.socket if is_path else "")]
    gui = sweeping.Gui(os.getppid(), parsed.live_tty, parsed.only_gui) if parsed.from_gui else None
    done = sweeping.everything(ctx, parsed.trigger, dry_run=parsed.dry_run, sockets=sockets, gui=gui)
    return verdicts.result(done, dry_run=parsed.dry_run, verbose=parsed.verbose)
