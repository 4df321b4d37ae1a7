"""Say in the registry when a session was last used, so that no clean-up finds it idle."""

from __future__ import annotations

from viewsync.errors import MissingSession, ViewsyncError
from viewsync.registry import rows, targets
from viewsync.registry.rules.row import registered
from viewsync.store.registry_file import RegistryFile
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry.rules.row import Registered

_PATIENCE = 0.2  # seconds to wait for the registry's lock


def touch(ctx: Context, row: Registered | None) -> None:
    """Nothing depends on it, so it is not waited for. `row` is None for a target that was named explicitly."""
    now = rows.stamp(ctx.clock())
    if row is None or row.last_active == now:
        return
    try:
        with RegistryFile(ctx.folder, _PATIENCE, ctx.registry.held).change() as data:
            known = data["sessions"].get(row.name)
            if known and rows.same(registered(row.name, known), row):
                known["last_active"] = now
    except ViewsyncError as error:
        ctx.log.warning("last_active of %s stays as it was: %s", row.name, error.message)


def beat(ctx: Context, name: str) -> tuple[str, str]:
    """The session's name, and its new last_active. Without a name the only session is meant."""
    row = targets.resolve(ctx, targets.TargetArgs(session=name)).row
    now = rows.stamp(ctx.clock())
    if row is None or not rows.update(ctx.registry, row, {"last_active": now}):
        raise MissingSession(f"session '{name}' was changed by another process just now", "try again")
    return row.name, now
