"""Which socket the words -L and -S mean."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewsync import paths
from viewsync.errors import UsageError

if TYPE_CHECKING:
    from viewsync.context import Context


def socket_of(ctx: Context, label: str, path: str) -> str:
    """The server that -L or -S names; without either the one we are in, else tmux's default one."""
    if label and path:
        raise UsageError("-L and -S name two servers", "give one of them")
    if label and ("/" in label or label in (".", "..")):
        raise UsageError(f"-L takes a name, not a path: {label!r}", "-S takes a path")
    if path:
        return checked(os.path.abspath(path))
    if not label and ctx.env.get("TMUX"):
        from viewsync.actions import sweep  # the session verbs name a server, and need not pay for it

        return sweep.socket_inside(ctx.env["TMUX"])
    return checked(paths.tmux_socket(ctx.env, label or "default"))


def checked(socket: str) -> str:
    if len(os.fsencode(socket)) > paths.LONGEST_SOCKET:
        raise UsageError(
            f"the socket's path has {len(os.fsencode(socket))} bytes, and a UNIX socket takes {paths.LONGEST_SOCKET}",
            "name a shorter one with -S",
        )
    return socket
