"""Take over views that an older configuration made: sessions named like views and grouped with PARENT.

Without --yes, this only lists them. Once adopted, they are cleaned up like any other view.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result, program
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING
from viewsync.views import adopting

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("parent", metavar="PARENT", help="the session's exact name")
    parser.add_argument("--yes", action="store_true", help="take them over, instead of only listing them")
    _args.server(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    socket = sockets.socket_of(ctx.env, parsed.label, parsed.socket)
    found = adopting.candidates(ctx, socket, parsed.parent)
    names = [view.session.name for view in found]
    adopted = adopting.adopt(ctx, found) if parsed.yes else []
    lines = [f"adopted {name}" for name in adopted] if parsed.yes else [f"would adopt {name}" for name in names]
    if not names:
        lines = [f"every view of {parsed.parent} belongs to {program()} already"]
    elif not parsed.yes:
        lines.append("pass --yes to adopt them")
    return Result({"parent": parsed.parent, "socket": socket, "found": names, "adopted": adopted}, lines)
