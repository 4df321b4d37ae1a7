"""Go to a session: inside its tmux server your client switches to it, elsewhere this terminal opens a view.

With --client, the tmux client on another terminal goes there, and gets a view of it.
"""

from __future__ import annotations

import shlex

from viewsync.commands import _args, _tab
from viewsync.errors import MissingSession, UsageError, ViewsyncError
from viewsync.output import Result
from viewsync.projects import attaching, listing
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.tmux.rules.model import Server

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or there is no terminal",
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.session(parser)
    _args.host(parser)
    elsewhere = parser.add_argument_group("the client on another terminal")
    elsewhere.add_argument("--client", default="", metavar="TTY", help="switch the client on that terminal, not yours")
    elsewhere.add_argument("--window", default="", type=_args.window, metavar="@ID", help="the window to go to")
    elsewhere.add_argument("--create", action="store_true", help="create the session if it does not exist")
    parser.add_argument(
        "--json",
        action="store_true",
        help="do not attach; print how to, as one JSON value (with --client: what was done)",
    )


def _move(parsed: argparse.Namespace, ctx: Context) -> Result:
    """Any session of that server, as `open` takes it: the client there is on one of them already."""
    if not parsed.client:
        option = "--window" if parsed.window else "--create"
        raise UsageError(f"{option} only works with --client", f"`viewsync open {option}` shows it in this terminal")
    if any(_args.scope_of(parsed, ctx)):
        raise UsageError("--client takes any session of a server", "leave out --project and --here")
    from viewsync.views import moving

    place = sockets.socket_of(ctx.env, parsed.label, parsed.socket)
    moved = moving.move(ctx, place, parsed.name, parsed.client, parsed.window, create=parsed.create)
    words = ctx.tmux.to_attach(place, parsed.name)
    data = {"name": parsed.name, "socket": place, "session_id": moved.session, "attach": words, "view": moved.view}
    return Result(data, [f"switched {parsed.client} to {moved.view}"])


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    try:
        return _run(parsed, ctx)
    except ViewsyncError as error:
        if parsed.json:
            raise
        return _tab.told(ctx, error)


def _run(parsed: argparse.Namespace, ctx: Context) -> Result:
    host, parsed.name = _args.named_there(parsed, ctx)
    if host:
        return _far(parsed, ctx, host)
    if parsed.client or parsed.window or parsed.create:
        return _move(parsed, ctx)
    server, session, name = _meant(parsed, ctx)
    words = ctx.tmux.to_attach(server.socket, name)
    data = {"name": name, "socket": server.socket, "session_id": session, "attach": words}
    if parsed.json:
        return Result(data)
    attaching.go(ctx, server, session, name)
    return Result(data, [f"switched to {name}; elsewhere: {shlex.join(words)}"])


def _far(parsed: argparse.Namespace, ctx: Context, host: str) -> Result:
    """A view of it in this terminal, also inside tmux: no client of this host's can switch there."""
    if parsed.client or parsed.window or parsed.create:
        raise UsageError("--client, --window and --create are for clients of this host", "leave them out with --host")
    from viewsync.hosts import opening, reaching
    from viewsync.views.opening import OpenRequest

    place = reaching.socket(host, parsed.label, parsed.socket)
    if parsed.json:
        from viewsync.hosts import details

        far = reaching.context(ctx, host)
        known, seen = details.find(far, place, parsed.name)
        words = far.tmux.to_attach(place, parsed.name)
        return Result({"name": known.name, "socket": place, "session_id": seen.id, "attach": words})
    opening.become_client(ctx, host, OpenRequest(parent=parsed.name, socket=place))
    raise AssertionError("the process is ssh by now")


def _meant(parsed: argparse.Namespace, ctx: Context) -> tuple[Server, str, str]:
    """The server, the session's id, and its name. One that viewsync does not know is looked for on one server alone."""
    try:
        known = _args.session_of(parsed, ctx)
    except MissingSession:
        if _args.scope_of(parsed, ctx) != listing.EVERYWHERE:
            raise
        socket = sockets.socket_of(ctx.env, parsed.label, parsed.socket)
        found = attaching.unregistered(ctx, socket, parsed.name)
        if found is None:
            raise
        return (*found, parsed.name)
    known = listing.alive(known)
    assert known.live is not None
    assert known.server is not None
    return known.server, known.live.id, known.live.name
