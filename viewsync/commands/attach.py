"""Go to a session: inside its tmux server your client switches to it, elsewhere this terminal opens a view."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.projects import attaching, listing

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or there is no terminal",
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.session(parser)
    parser.add_argument("--json", action="store_true", help="do not attach; print how to, as one JSON value")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    known = listing.alive(_args.session_of(parsed, ctx))
    assert known.live is not None
    assert known.server is not None
    words = ctx.tmux.to_attach(known.socket, known.live.name)
    data = {"name": known.live.name, "socket": known.socket, "session_id": known.live.id, "attach": words}
    if parsed.json:
        return Result(data)
    attaching.go(ctx, known.server, known.live.id, known.live.name)
    return Result(data, [f"switched to {known.live.name}; elsewhere: {shlex.join(words)}"])
