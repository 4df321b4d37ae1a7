"""Which socket the words -L and -S mean."""

from __future__ import annotations

import contextlib
import os
import stat
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
        from viewsync.views import cleanup  # the session verbs name a server, and need not pay for it

        return cleanup.socket_inside(ctx.env["TMUX"])
    return checked(paths.tmux_socket(ctx.env, label or "default"))


def checked(socket: str) -> str:
    """UsageError for what can be no server's. tmux would put its socket in the place of a file that is there."""
    if len(os.fsencode(socket)) > paths.LONGEST_SOCKET:
        raise UsageError(
            f"the socket's path has {len(os.fsencode(socket))} bytes, and a UNIX socket takes {paths.LONGEST_SOCKET}",
            "name a shorter one with -S",
        )
    with contextlib.suppress(OSError, ValueError):  # nothing there, or not to be seen: tmux says so
        if not stat.S_ISSOCK(os.stat(socket).st_mode):
            raise UsageError(f"{socket} is no socket", "-S names a tmux server's, or a path where nothing is")
    return socket
