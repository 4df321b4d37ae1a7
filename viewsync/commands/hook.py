"""tmux runs this when a client detached or changed its session, and left something that tmux does not end by itself.

The hooks of tmux cannot pass the session reliably, so the server is found in $TMUX, and all of its views are checked.
One at a time: what happens meanwhile is looked at before this ends.
Whatever happens, tmux sees success and no output, because it would show that over a pane.

With `session-closed`, a project session with cleanup steps has ended. The steps run in a process of their own
(`ended`), which outlives a server that ends with its last session.

With `presence`, the first client came to a project session that has steps for that, or the last one left it.

With `resurrect-saved`, tmux-resurrect has saved the server's sessions into a file, which is to have no views in it.
"""

from __future__ import annotations

import time

from viewsync.errors import ViewsyncError
from viewsync.events import HOOK
from viewsync.output import Result
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules import hooks
from viewsync.tmux.sockets import socket_inside
from viewsync.typed import TYPE_CHECKING
from viewsync.views import cleanup

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

# Who has pressed the prefix mostly goes on at once. Ten seconds, then the next event or sweep looks again.
_MOMENT, _TIMES = 0.2, 50

EXIT_CODES = {
    0: "done",
    1: "not called by tmux",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("event", nargs="?", default="", choices=("", hooks.ENDED, "ended", hooks.PRESENCE, hooks.SAVED))
    parser.add_argument("file", nargs="?", default="")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.event == hooks.SAVED:
        return _saved(ctx, parsed.file)
    if parsed.event == hooks.PRESENCE:
        return _visited(ctx)
    if parsed.event:
        return _ended(ctx, parsed.file, apart=parsed.event == hooks.ENDED)
    socket = socket_inside(ctx.env)
    if not socket:
        return Result(warnings=["only tmux calls `viewsync hook`: it needs $TMUX to find the server"], code=1)
    waited = 0
    while True:
        done = _clean(ctx, socket)
        for problem in done.errors:
            ctx.log.warning("hook: %s", problem)
        if done.later and waited < _TIMES:
            waited += 1
            time.sleep(_MOMENT)
            continue
        try:
            if not tmux_views.called_again(ctx.tmux, socket):
                return Result()
        except ViewsyncError as error:
            ctx.log.warning("hook: %s", error.message)
            return Result()


def _clean(ctx: Context, socket: str) -> cleanup.Swept:
    try:
        return cleanup.clean(ctx, socket, cleanup.Scope(HOOK))
    except ViewsyncError as error:
        return cleanup.Swept([], [], [error.message])


def _ended(ctx: Context, socket: str, *, apart: bool) -> Result:
    """tmux waits for the first of the two, so that one imports next to nothing."""
    try:
        if apart:
            from viewsync.projects import detached_cleanup as other

            other.clean_up(ctx, socket_inside(ctx.env))
        else:
            from viewsync.projects import cleanup_steps

            cleanup_steps.ended(ctx, socket)
    except ViewsyncError as error:
        ctx.log.warning("hook: %s", error.message)
    return Result()


def _visited(ctx: Context) -> Result:
    from viewsync.projects import visits

    try:
        visits.told(ctx, socket_inside(ctx.env))
    except ViewsyncError as error:
        ctx.log.warning("hook: %s", error.message)
    return Result()


def _saved(ctx: Context, path: str) -> Result:
    from viewsync.views import restored

    try:
        restored.leave_out(ctx, socket_inside(ctx.env), path)
    except ViewsyncError as error:
        ctx.log.warning("hook: %s", error.message)
    except OSError as error:
        ctx.log.warning("hook: cannot write %s: %s", path, error.strerror)
    return Result()
