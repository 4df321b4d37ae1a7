"""Make a session on another host. Nothing of it is registered here, and none of our variables goes there."""

from __future__ import annotations

import os
import time

from viewsync.errors import SessionExists, TmuxError, TmuxTimeout, UsageError
from viewsync.hosts import reaching
from viewsync.sessions import creating
from viewsync.sessions.creating import Created
from viewsync.tmux import pane_list, sessions
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.sessions.creating import CreateRequest
    from viewsync.tmux.sessions import StartedSession

_ENDS = 0.3  # seconds in which a program ends that cannot be run there
_LOOK = 0.05  # seconds between two looks


def create(far: Context, host: str, request: CreateRequest) -> Created:
    """`far` reaches that host. SessionExists, TmuxError."""
    if request.cwd and not os.path.isabs(request.cwd):
        raise UsageError(f"--cwd takes a whole path on {host}: {request.cwd!r}", "it begins with /")
    new = creating.checked(far.env, request)
    socket = reaching.socket(host, request.label, request.socket)
    if request.cwd and not reaching.tmux_of(far).has_folder(socket, request.cwd):  # tmux would take another one
        raise UsageError(f"--cwd {request.cwd!r} is not a folder on {host}", "name an existing folder")
    failed = f"cannot create session {request.name!r} on {socket}"
    try:
        made = sessions.make(far.tmux, socket, new)
    except TmuxTimeout as error:
        raise type(error)(f"{failed}: {error.message}", f"it may be there: see `viewsync list --host {host}`") from None
    except sessions.Duplicate:
        raise SessionExists(f"there is a session {request.name!r} on {socket}", "choose another name") from None
    if _ended(far, socket, made):
        raise TmuxError(f"{failed}: {new.argv[0]} ended at once", "run it there by hand to see why")
    return Created(socket, made, False, False, [])


def _ended(far: Context, socket: str, made: StartedSession) -> bool:
    """Whether tmux has taken away the session of a program that ended."""
    deadline = time.monotonic() + _ENDS
    while True:
        try:
            reading = pane_list.read(far.tmux, socket)
        except ServerGone:
            return True
        if reading.complete and all(pane.id != made.pane_id for pane in reading.panes):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK)
