"""The row of a session that is being made: written before it is, completed after, taken back when it came to nothing.

So whatever happens between the two can be found again.
"""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib
from viewsync.registry import rows
from viewsync.registry.rules.row import CREATING
from viewsync.system import processes
from viewsync.tmux import pid_namespaces
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import SessionRow
    from viewsync.tmux.pane_states import PaneState
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.sessions import StartedSession

MAKING = ("state", "maker", "maker_start", "maker_place")


def row(name: str, socket: str, kind: str, now: str) -> SessionRow:
    """By this process. `now` as `registry_rows.stamp` writes it."""
    return {
        "socket": socket,
        "target": f"{name}:0.0",
        "type": kind,
        "created_at": now,
        "last_active": now,
        **making(),
    }


def making() -> SessionRow:
    """That this process is at work on the session."""
    pid = os.getpid()
    start = processes.start_time(pid)
    return {"state": CREATING, "maker": pid, "maker_start": start, "maker_place": processes.place()}


def completion(socket: str, made: StartedSession, start: float) -> SessionRow:
    """`start`: when the process of its pane started."""
    return {
        "target": made.target,
        "pid": made.pid,
        **pid_namespaces.known(socket, made.server, start),
        "server": made.server,
        "session_id": made.session_id,
        "pane_id": made.pane_id,
    }


def complete(ctx: Context, row: Registered, made: StartedSession, start: float, warnings: list[str]) -> bool:
    """The session lives whether or not this can be written; the caller learns which."""
    try:
        if rows.update(ctx.registry, row, completion(row.socket, made, start), drop=MAKING):
            return True
        reason = "another process changed its row"
    except ViewsyncError as error:
        reason = error.message
    warnings.append(f"Warning: Session created but failed to register in registry: {reason}")
    return False


def complete_with(
    ctx: Context, row: Registered, server: Server, session: str, pane: str, shown: Mapping[str, PaneState]
) -> list[str]:
    """The same with that pane of the session, or with its first, as they were read; what did not go as it should."""
    pane = pane if pane in shown else next(iter(shown), "")
    if not pane:
        return [f"session '{row.name}' ended at once: its programs did"]
    from viewsync.tmux.sessions import StartedSession  # only for who made one

    made = StartedSession(session, pane, f"{row.name}:{shown[pane].place}", shown[pane].pid, server.identity)
    warnings: list[str] = []
    complete(ctx, row, made, processes.start_time(made.pid), warnings)
    return warnings


def finished(row: Registered, made: StartedSession) -> Registered:
    """The row as its completion left it, as far as `registry_rows.same` looks."""
    return row._replace(
        target=made.target, server=made.server, session_id=made.session_id, maker=0, maker_start=0.0, maker_place=""
    )


def withdraw(ctx: Context, row: Registered | None) -> None:
    """A row that cannot be taken back now is of a process that ended, and blocks nothing."""
    if row:
        with contextlib.suppress(ViewsyncError):
            rows.remove(ctx.registry, row)
