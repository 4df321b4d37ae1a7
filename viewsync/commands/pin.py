"""Protect a view from every cleanup, or with --off, stop protecting it."""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.tmux import sockets as tmux_sockets
from viewsync.typed import TYPE_CHECKING
from viewsync.views import adopting

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    3: "no view has exactly that name",
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("view", metavar="VIEW", help="the view's exact name, as `viewsync views` shows it")
    parser.add_argument("--off", action="store_true", help="treat it like any other view again")
    _args.server(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    one = parsed.label or parsed.socket
    sockets = [tmux_sockets.socket_of(ctx.env, parsed.label, parsed.socket)] if one else None
    socket = adopting.pin(ctx, parsed.view, sockets, on=not parsed.off)
    word = "no longer pinned" if parsed.off else "pinned"
    return Result({"view": parsed.view, "socket": socket, "pinned": not parsed.off}, [f"{parsed.view}: {word}"])
