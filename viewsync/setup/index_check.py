"""Whether the index that hosts share works, where this host is to use one."""

from __future__ import annotations

from viewsync.setup.rules.checks import OK, WARN, Check
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context


def the_index(ctx: Context) -> Check:
    """IndexUnavailable says why it does not, and what would do."""
    if not ctx.index:
        return Check("index", OK, "none is set")
    from viewsync.index import checking  # nobody else pays for it

    ready = checking.look(ctx)
    if ready.drops:
        hint = "set its maxmemory-policy to noeviction: what it drops may be the lease of somebody who types"
        return Check("index", WARN, f"{ready.shown} drops keys when it is full ({ready.drops})", hint)
    return Check("index", OK, f"{ready.shown}, with the rows of {ready.hosts} hosts")
