"""Bring the registry in line with the project sessions that there are. Nothing is ended."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.projects import listing
from viewsync.registry import reservation, rows
from viewsync.registry.rules.row import without
from viewsync.sessions.rules import health
from viewsync.system import processes
from viewsync.tmux import pane_states
from viewsync.tmux.sessions import StartedSession
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from viewsync.context import Context
    from viewsync.projects.listing import Known
    from viewsync.registry_shape import SessionRow
    from viewsync.tmux.server import Tmux

FORGOTTEN = "forgotten"  # a row whose session is gone
COMPLETED = "completed"  # a row that was left half made
REGISTERED = "registered"  # a session without a row
KEPT = "kept"
IN_ORDER = "in order"  # why most are
DOES = {FORGOTTEN: "forget it", COMPLETED: "complete its row", REGISTERED: "register it"}


class Reset(NamedTuple):
    name: str
    socket: str
    action: str
    reason: str


def plan(known: Iterable[Known]) -> list[tuple[Known, Reset]]:
    return [(project_session, _judge(project_session)) for project_session in known]


def _judge(known: Known) -> Reset:
    def verdict(action: str, reason: str) -> Reset:
        return Reset(known.name, known.socket, action, reason)

    row = known.row
    if known.doubt or known.status == health.UNKNOWN:
        return verdict(KEPT, known.doubt or "cannot tell whether it is running")
    if known.status == listing.CREATING:
        return verdict(KEPT, "it is still being created")
    if row is None:
        return verdict(REGISTERED, "no row names it")
    if known.elsewhere:
        return verdict(KEPT, f"its pane was moved into session {known.elsewhere.name!r}")
    if known.live is None:
        if row.quarantined:
            return verdict(KEPT, "quarantined")
        return verdict(FORGOTTEN, "its session is gone")
    if row.maker or not row.session_id:
        return verdict(COMPLETED, "its row was left half made")
    return verdict(KEPT, IN_ORDER)


def carry_out(ctx: Context, known: Known, reset: Reset) -> str:
    """What went wrong, "" when it is done."""
    work: dict[str, Callable[[Context, Known], bool]] = {
        FORGOTTEN: _forget,
        COMPLETED: _complete,
        REGISTERED: _register,
    }
    if reset.action not in work:
        return ""
    try:
        return "" if work[reset.action](ctx, known) else "another process changed it meanwhile"
    except ViewsyncError as error:
        return error.message


def _forget(ctx: Context, known: Known) -> bool:
    return known.row is not None and rows.remove(ctx.registry, known.row)


def _complete(ctx: Context, known: Known) -> bool:
    values = _found(ctx.tmux, known)
    return (
        known.row is not None and bool(values) and rows.update(ctx.registry, known.row, values, drop=reservation.MAKING)
    )


def _register(ctx: Context, known: Known) -> bool:
    values = _found(ctx.tmux, known)
    identity = known.identity
    if not values or identity is None:
        return False
    row = reservation.row(known.name, known.socket, listing.TYPE, rows.stamp(ctx.clock()))
    about = {**identity._asdict(), "command": known.command}
    new: SessionRow = {**without(row, reservation.MAKING), **values, "project": about}
    with ctx.registry.change() as data:
        if known.name in data["sessions"]:
            return False
        data["sessions"][known.name] = new
    return True


def _found(tmux: Tmux, known: Known) -> SessionRow:
    """Which session it is, in the words of a row."""
    if known.live is None or known.server is None:
        return {}
    shown = pane_states.read(tmux, known.server, known.live.id)
    if not shown:
        return {}
    pane, first = next(iter(shown.items()))
    server = known.server.identity
    made = StartedSession(known.live.id, pane, f"{known.name}:{first.place}", first.pid, server)
    return reservation.completion(known.socket, made, processes.start_time(first.pid))
