"""Write down who came to and left registered sessions, and which ended without us, as it was seen."""

from __future__ import annotations

from viewsync.history import recording
from viewsync.history.rules import presence
from viewsync.registry import rows as registry_rows
from viewsync.registry.rules.row import registered, without
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.history.rules.presence import PresenceChange
    from viewsync.registry_shape import SessionRow
    from viewsync.tmux.rules.model import Inventory


def note(
    ctx: Context, found: Inventory, rows: Mapping[str, SessionRow], trigger: str, left: Mapping[str, float]
) -> None:
    """`rows`: the registry's sessions, as they were read before the server was. `left`: when the server ended the last
    view of a session by itself, in epoch seconds, by the session's name.
    """
    write(ctx, presence.compare(found.server, presence.of_inventory(found), rows, ctx.clock(), left), trigger)


def write(ctx: Context, changes: list[PresenceChange], trigger: str) -> None:
    """Rows first: what another process was faster to write, that one records."""
    if not changes:
        return
    written = []
    with ctx.registry.change() as data:
        for change in changes:
            row = data["sessions"].get(change.row.name)
            if row is None or not registry_rows.same(registered(change.row.name, row), change.row):
                continue
            if presence.remembered(row) == change.before:
                data["sessions"][change.row.name] = {**without(row, presence.FIELDS), **change.after}
                written.append(change)
    recording.record(
        ctx,
        [
            recording.event(ctx.clock, change.row, one.event, trigger, "", seconds=one.seconds, at=one.at)
            for change in written
            for one in change.events
        ],
    )
