"""A whole sweep: ask WezTerm which panes live, pass over the servers, tidy up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import ViewsyncError
from viewsync.views import cleanup, wezterm_panes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context


class Gui(NamedTuple):
    """A WezTerm that tells of itself: all terminals of its panes. `only`: act on views opened from it alone."""

    pid: int
    ttys: Sequence[str]
    only: bool


def everything(
    ctx: Context,
    trigger: str,
    *,
    dry_run: bool = False,
    sockets: Sequence[str] | None = None,
    gui: Gui | None = None,
    projects: bool = True,
) -> cleanup.Swept:
    """`sockets`: only those servers; without it all of the user's, and with `projects` their project sessions, too."""
    problems = [] if dry_run else _prepare(ctx, gui)
    scope = cleanup.Scope(trigger, dry_run, gui.pid if gui and gui.only else 0, projects)
    done = cleanup.sweep(ctx, scope, sockets)
    return done._replace(errors=list(dict.fromkeys([*problems, *done.errors])))


def _prepare(ctx: Context, gui: Gui | None) -> list[str]:
    try:
        if gui:
            wezterm_panes.remember(ctx, gui.pid, gui.ttys)
        else:
            wezterm_panes.ask(ctx)  # a WezTerm that does not answer is no error of a sweep: `doctor` tells of it
        cleanup.tidy(ctx)
    except ViewsyncError as error:
        return [error.message]
    return []
