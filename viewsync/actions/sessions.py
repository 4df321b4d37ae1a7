"""The registered sessions with their health: one tmux call a server, however many sessions it has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from viewsync.actions import registry_rows, targets
from viewsync.errors import TmuxError
from viewsync.gateways import tmux_panes
from viewsync.gateways.tmux import ServerGone
from viewsync.rules import health, panes
from viewsync.rules.health import Health

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.rules.model import Panes
    from viewsync.rules.registered import Registered


class Listed(NamedTuple):
    row: Registered
    health: Health


def read(ctx: Context) -> tuple[list[Listed], list[str]]:
    """Each row by name, and what went wrong: a server that does not answer leaves its sessions unknown."""
    rows = registry_rows.read(ctx)
    readings: dict[str, Panes | None] = {}
    errors: dict[str, str] = {}
    for socket in dict.fromkeys(row.socket for row in rows):
        if not os.path.isabs(socket):
            errors[socket] = f"a session's socket is {socket!r}, and nobody knows in which folder"
            continue
        try:
            readings[socket] = tmux_panes.read(ctx.tmux, socket)
        except ServerGone:
            readings[socket] = None
        except TmuxError as error:
            errors[socket] = error.message
    listed = [
        Listed(row, Health(health.UNKNOWN) if row.socket in errors else _judge(row, readings[row.socket]))
        for row in rows
    ]
    return listed, list(errors.values())


def _judge(row: Registered, reading: Panes | None) -> Health:
    if reading is None:
        return health.judge(None, running=False)
    found = panes.by_row(reading, row)
    if found.pane is None and not reading.complete:
        return Health(health.UNKNOWN)  # what was not understood may be the very pane
    return health.judge(found, targets.running(found.pane, row))
