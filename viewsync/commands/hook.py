"""Called by tmux when a client detached or changed its session: clean up that server.

tmux's hooks can pass nothing that is right (facts/tmux.md section 2), so the server is found in $TMUX, and all its
views are looked at. Whatever happens, tmux sees exit code 0 and no output, which it would show over a pane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.actions import sweep
from viewsync.errors import ViewsyncError
from viewsync.output import Result

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # it takes none


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    del parsed
    inside = ctx.env.get("TMUX")
    if not inside:
        return Result(warnings=["hook is called by tmux, and finds the server in $TMUX"], code=1)
    try:
        done = sweep.clean(ctx, sweep.socket_inside(inside), sweep.Scope(sweep.HOOK))
        problems = done.errors
    except ViewsyncError as error:
        problems = [error.message]
    for problem in problems:
        ctx.log.warning("hook: %s", problem)
    return Result()
