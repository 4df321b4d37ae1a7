"""Sessions whose pane was moved into another one, and is not ended with that."""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.registry.rules import lookup
from viewsync.registry.rules.row import registered
from viewsync.store.registry_file import empty
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry.rules.lookup import SessionMatch
    from viewsync.registry.rules.row import Registered
    from viewsync.registry.targets import ResolvedTarget
    from viewsync.registry_shape import RegistryData
    from viewsync.tmux.rules.model import Pane, Panes


class Guest(NamedTuple):
    """A row whose pane was moved into a session that is not its own."""

    row: Registered
    match: SessionMatch
    pane: Pane


def registry(ctx: Context) -> RegistryData:
    """As it is; an empty one where it cannot be read."""
    try:
        return ctx.registry.read()
    except ViewsyncError:
        return empty()


def of(data: RegistryData, reading: Panes, session: str) -> list[Guest]:
    """Those in that session."""
    shown = {pane.id for pane in reading.panes if pane.session == session}
    rows = [registered(name, row) for name, row in sorted(data["sessions"].items()) if row.get("pane_id") in shown]
    found = [(row, lookup.by_row(reading, row)) for row in rows if os.path.abspath(row.socket) == reading.server.socket]
    return [
        Guest(row, match, match.pane) for row, match in found if match.moved and match.pane and match.session == session
    ]


def meant(ctx: Context, reading: Panes, wanted: ResolvedTarget, found: SessionMatch) -> Guest | None:
    """The one that is meant by the id of its pane, which was moved into the session that was found."""
    if wanted.row or not found.pane or wanted.target != found.pane.id:
        return None
    return next((other for other in of(registry(ctx), reading, found.session) if other.pane == found.pane), None)
