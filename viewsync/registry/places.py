"""Where a pane is: the server as it was read, and the pane's id."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import MissingSession
from viewsync.registry import targets
from viewsync.tmux import pane_list

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry.rules.row import Registered
    from viewsync.tmux.rules.model import Pane, Server


class Place(NamedTuple):
    socket: str
    server: Server
    pane_id: str


class Located(NamedTuple):
    place: Place
    pane: Pane
    target: str  # as it was asked for
    row: Registered | None  # None for an explicit target


def locate(ctx: Context, asked: targets.Asked) -> Located:
    """In one tmux call. MissingSession when there is no such session or pane, ServerGone when there is no server."""
    wanted = targets.resolve(ctx, asked)
    reading = pane_list.read(ctx.tmux, wanted.socket)
    found = targets.find(reading, wanted)
    if found.pane is None:
        what = "Pane" if found.session else "Session"
        raise MissingSession(f"{what} does not exist (target: {wanted.target})", "`viewsync list` shows what is there")
    return Located(Place(wanted.socket, reading.server, found.pane.id), found.pane, wanted.target, wanted.row)
