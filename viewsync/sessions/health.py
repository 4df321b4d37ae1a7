"""The health of exactly the pane that was named, in one tmux call. Nothing is written, and no lock is taken."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.registry import targets
from viewsync.sessions.rules import health
from viewsync.system import foreground
from viewsync.tmux import pane_list, pid_namespaces
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
        _must_be_certain(wanted.row, None)
        return HealthReport(wanted.socket, wanted.target, health.judge(None, running=False), None)
    if not found.session:
        _must_be_certain(wanted.row, reading)
    runs = targets.running(found.pane, wanted.row, reading.server)
    if runs is None and not reading.server.is_of_this_host:
        runs = True  # as its tmux says, which is all that can be asked there
    if runs is None:
        raise TmuxError(f"cannot tell whether {wanted.target!r} is running: {pid_namespaces.NOT_HERE}")
    judged = health.judge(found, runs)
    used = foreground.foreground(judged.pid) if with_usage and judged.process_running and judged.pid else None
    kept = bool(found.pane and found.pane.quarantined) or bool(wanted.row and wanted.row.quarantined)
    return HealthReport(wanted.socket, wanted.target, judged, used, kept)


def _must_be_certain(row: Registered | None, reading: Panes | None) -> None:
    """That a session which is not in that reading is gone. `reading`: None where nobody listens on its socket."""
    from viewsync.tmux import lost_sockets  # only where it is not there

    if row and (doubt := lost_sockets.doubt(row.server, reading.server if reading else None, row.place)):
        raise TmuxError(f"cannot tell whether session {row.name!r} is running: {doubt}")
