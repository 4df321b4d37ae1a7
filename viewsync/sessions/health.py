"""The health of exactly the pane that was named, in one tmux call. Nothing is written, and no lock is taken."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.registry import targets
from viewsync.sessions.rules import health
from viewsync.system import foreground
from viewsync.tmux import pane_list
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry.rules.row import Registered
    from viewsync.sessions.rules.health import Health
    from viewsync.system.foreground import Usage
    from viewsync.tmux.rules.model import Panes


class HealthReport(NamedTuple):
    socket: str
    target: str
    health: Health
    usage: Usage | None  # of a program that runs, when it was asked for
    quarantined: bool = False


def check(ctx: Context, asked: targets.TargetArgs, *, with_usage: bool) -> HealthReport:
    wanted = targets.resolve(ctx, asked)
    try:
        reading = pane_list.read(ctx.tmux, wanted.socket)
        found = targets.find(reading, wanted)
    except ServerGone:
        return HealthReport(wanted.socket, wanted.target, health.judge(None, running=False), None)
    if not found.session and wanted.row and (doubt := _lost(wanted.row, reading)):
        raise TmuxError(f"cannot tell whether session {wanted.row.name!r} is running: {doubt}")
    judged = health.judge(found, targets.running(found.pane, wanted.row))
    used = foreground.foreground(judged.pid) if with_usage and judged.process_running and judged.pid else None
    kept = bool(found.pane and found.pane.quarantined) or bool(wanted.row and wanted.row.quarantined)
    return HealthReport(wanted.socket, wanted.target, judged, used, kept)


def _lost(row: Registered, reading: Panes) -> str:
    """Why a session that is not in that reading may run all the same."""
    from viewsync.tmux import lost_sockets  # only where it is not there

    return lost_sockets.doubt(row.server, reading.server)
