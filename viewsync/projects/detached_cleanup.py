"""Start what outlives us, and tmux: the process that runs the cleanup steps of sessions which have ended."""

from __future__ import annotations

from viewsync import paths
from viewsync.system import process
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context


def clean_up(ctx: Context, socket: str = "") -> None:
    """`socket`: of the server that started us, and waits with its next start until that process has asked for more."""
    env = {name: value for name, value in ctx.env.items() if name not in ("TMUX", "TMUX_PANE")}
    process.start([*paths.launch_argv(ctx.env), "hook", "ended", *([socket] if socket else [])], env=env)
