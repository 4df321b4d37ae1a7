"""What registered sessions use, and who is on them: one tmux call a server, one look at all processes."""

from __future__ import annotations

from viewsync.errors import StateError, TmuxError
from viewsync.events import Sample
from viewsync.history import presence
from viewsync.history.rules import presence as rule
from viewsync.registry import rows as registry_rows
from viewsync.registry.rules import lookup
from viewsync.sessions import listing
from viewsync.system import process_table, processes
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.history.rules.presence import PresenceChange
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import SessionRow
    from viewsync.sessions.listing import Answer
    from viewsync.system.process_table import ProcessTable

EVERY = 60.0  # seconds
_KEPT = 30 * 86400.0


def take(ctx: Context, trigger: str) -> None:
    """Nothing at all where no session is registered."""
    data = ctx.registry.read()
    rows = [row for row in registry_rows.of(data) if not row.maker]
    if not rows:
        return
    answers = listing.ask(ctx.tmux, (row.socket for row in rows))
    presence.write(ctx, _changes(data["sessions"], rows, answers, ctx.clock()), trigger)
    _store(ctx, rows, answers, process_table.read())


def _changes(
    values: Mapping[str, SessionRow], rows: list[Registered], answers: Mapping[str, Answer], now: float
) -> list[PresenceChange]:
    changes: list[PresenceChange] = []
    for socket, answer in answers.items():
        mine = {row.name: values[row.name] for row in rows if row.socket == socket}
        if isinstance(answer, ServerGone):
            certain = [
                row
                for row in rows
                if row.name in mine and row.server and not processes.is_server(row.server, row.place)
            ]
            changes += [change for row in certain if (change := rule.gone(row, mine[row.name], now))]
        elif not isinstance(answer, TmuxError) and answer.complete:
            changes += rule.compare(answer.server, rule.of_panes(answer), mine, now)
    return changes


def _store(ctx: Context, rows: list[Registered], answers: Mapping[str, Answer], table: ProcessTable) -> None:
    """A history that is locked or broken costs these samples, and no more."""
    now = ctx.clock()
    found = [sample for row in rows if (sample := _sample(row, answers[row.socket], table, now))]
    try:
        ctx.history.add_samples(found, now - _KEPT)
    except StateError as error:
        ctx.log.warning("%s; %d samples not recorded", error.message, len(found))


def _sample(row: Registered, answer: Answer, table: ProcessTable, now: float) -> Sample | None:
    if isinstance(answer, TmuxError):
        return None
    panes = lookup.by_row(answer, row).panes(answer)
    used = table.tree(pane.pid for pane in panes if not pane.dead)  # a dead one's pid is another process's by now
    if not used.processes:
        return None
    server = answer.server.identity
    return Sample(now, row.socket, server, row.name, row.project, round(used.cpu, 2), used.memory, used.processes)
