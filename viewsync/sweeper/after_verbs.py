"""What a verb has changed, said in the hosts' shared index where no sweeper of ours sees it and says it."""

from __future__ import annotations

from viewsync import output
from viewsync.errors import ViewsyncError
from viewsync.sweeper import control
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context

_OTHERS = ("hook", "sweeper", "sweep", "doctor", "uninstall", "mcp", "demo")  # told of by rounds, or not about sessions


def publish(ctx: Context, verb: str) -> None:
    """For a verb that has done its work. Nothing of this fails it."""
    if verb in _OTHERS:
        return
    try:
        if control.status(ctx.folder).get("publishes"):
            return
        from viewsync.index import memory

        if memory.is_quiet(ctx):
            return
        from viewsync.index import publishing  # most verbs change nothing, and need nothing of it

        if problem := publishing.after_verb(ctx):
            output.notes.append(problem)
    except (ViewsyncError, OSError) as error:
        ctx.log.debug("not published: %s", error)
