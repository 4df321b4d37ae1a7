"""Open a view of a session in this terminal: this process becomes its tmux client.

A free view of the session is reused; otherwise, viewsync makes a new one: a session that shares the windows of the
first, and has a current window of its own.
"""

from __future__ import annotations

import os

from viewsync.commands import _args, _tab
from viewsync.errors import ViewsyncError
from viewsync.output import Result
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING
from viewsync.views import opening

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "this terminal showed the view; with --json: the view is reserved",
    1: _args.REFUSED,
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("parent", metavar="PARENT", help="the session's exact name")
    parser.add_argument("--create", action="store_true", help="create the session if it does not exist")
    parser.add_argument("--new", action="store_true", help="make a new view even if one is free")
    parser.add_argument(
        "--cwd",
        default="",
        metavar="DIR",
        help="the folder for new windows (default: the session's)",
    )
    parser.add_argument("--title", default="", help="set the title of the terminal")
    parser.add_argument("--tab-title", default="", metavar="TITLE", help="what `restore` calls the tab, icon included")
    parser.add_argument("--window", default="", type=_args.window, metavar="@ID", help="the window to start on")
    parser.add_argument(
        "--lease",
        type=_args.seconds,
        default=10.0,
        metavar="SECONDS",
        help="with --json: how long the view stays reserved (10)",
    )
    _args.server(parser)
    _args.host(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    host, parent = parsed.host, parsed.parent
    _args.one_host(parsed)
    if ":" in parent and not (host or (parsed.json and _is_here(parent, parsed.socket))):
        from viewsync.hosts import reaching  # only for such names

        host, parent = reaching.named(ctx, parent, parsed.label, parsed.socket)
    if host:
        return _elsewhere(parsed, ctx, host, parent)
    request = _request(parsed, parent, sockets.socket_of(ctx.env, parsed.label, parsed.socket))
    if parsed.json:
        return Result(opening.reserve(ctx, request))
    try:
        opening.become_client(ctx, request)
    except ViewsyncError as error:
        return _tab.told(ctx, error)
    raise AssertionError("the process is a tmux client by now")


def _is_here(name: str, socket: str) -> bool:
    """Whether -S names a socket of this host. Programs give it with whatever name they have."""
    return bool(socket) and os.path.exists(socket) and not name.startswith("=")


def _request(parsed: argparse.Namespace, parent: str, socket: str) -> opening.OpenRequest:
    return opening.OpenRequest(
        parent=parent,
        socket=socket,
        create=parsed.create,
        new=parsed.new,
        cwd=parsed.cwd,
        title=parsed.title,
        tab_title=parsed.tab_title,
        window=parsed.window,
        lease=parsed.lease,
    )


def _elsewhere(parsed: argparse.Namespace, ctx: Context, host: str, parent: str) -> Result:
    """On another host, whose server ends the view; nothing of it is registered here."""
    from viewsync.hosts import opening as far_opening
    from viewsync.hosts import reaching

    try:
        request = _request(parsed, parent, reaching.socket(host, parsed.label, parsed.socket))
        if parsed.json:
            return Result(far_opening.reserve(ctx, host, request))
        far_opening.become_client(ctx, host, request)
    except ViewsyncError as error:
        if parsed.json:
            raise
        return _tab.told(ctx, error)
    raise AssertionError("the process is ssh by now")
