"""What the session verbs write into the history. It may be locked or broken: that is worth a line in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.errors import StateError
from viewsync.rules.model import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.rules.registered import Registered


def event(ctx: Context, row: Registered, kind: str, trigger: str, reason: str) -> Event:
    return Event(ctx.clock(), kind, trigger, row.socket, row.server, row.name, reason=reason)


def record(ctx: Context, events: Sequence[Event]) -> None:
    try:
        ctx.history.add(events)
    except StateError as error:
        ctx.log.warning("%s; not recorded: %s", error.message, [tuple(each) for each in events])
