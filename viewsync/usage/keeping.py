"""Keep the history as long and as large as the settings say. The sweeper does, round by round, for a moment each."""

from __future__ import annotations

import time

from viewsync.registry.safe_reading import read_registry
from viewsync.store import history_keeping
from viewsync.text import kept
from viewsync.typed import TYPE_CHECKING
from viewsync.usage import folding

if TYPE_CHECKING:
    import sqlite3

    from viewsync.context import Context

_LONGEST = 2.0  # seconds that a round takes for it
_REST = 0.01  # seconds in which others write
_AHEAD = 3600.0  # seconds that its clock moves in one round


def keep(ctx: Context) -> None:
    """Fold in what is new, and forget what is old. Raises StateError when the history cannot be written."""
    folding.fold(ctx.history)
    data, doubt = read_registry(ctx)
    if doubt:
        return  # which sessions are there is not known
    keys = [(str(row.get("socket")), name) for rows in (data["sessions"], data["views"]) for name, row in rows.items()]
    keys += [(str(row.get("socket")), row["told_as"]) for row in data["views"].values() if row.get("told_as")]
    longest, largest = kept.kept_for(ctx.config["history_keep"]), kept.kept_up_to(ctx.config["history_size"])
    until = time.monotonic() + _LONGEST
    now = ctx.history.within(lambda database: history_keeping.clock(database, ctx.clock(), _AHEAD), writes=True)
    there = ctx.history.within(lambda database: {name for _, name in folding.related(database, keys)})

    def step(database: sqlite3.Connection) -> bool:
        if longest and history_keeping.forget(database, now - longest, there):
            return True
        if not largest or history_keeping.bytes_used(database) <= largest:
            return False
        return history_keeping.forget(database, history_keeping.oldest(database), there) > 0

    while time.monotonic() < until and ctx.history.within(step, writes=True):
        time.sleep(_REST)
    while time.monotonic() < until and ctx.history.outside(history_keeping.shrink):
        time.sleep(_REST)
