"""Say of a session that it is in use, so that no clean-up finds it idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.errors import MissingSession
from viewsync.registry import rows, targets

if TYPE_CHECKING:
    from viewsync.context import Context


def beat(ctx: Context, name: str) -> tuple[str, str]:
    """The session's name, and its new last_active. Without a name the only session is meant."""
    row = targets.resolve(ctx, targets.Asked(session=name)).row
    now = rows.stamp(ctx.clock())
    if row is None or not rows.update(ctx, row, {"last_active": now}):
        raise MissingSession(f"session '{name}' was changed by somebody just now", "try again")
    return row.name, now
