"""Remove registered sessions that have ended or are old: plan it, so that it can be told first, and carry it out."""

from __future__ import annotations

from viewsync.errors import TmuxError, ViewsyncError
from viewsync.history import recording
from viewsync.registry import leases
from viewsync.registry import rows as registry_rows
from viewsync.sessions import evidence, listing, remains
from viewsync.sessions.rules import expiry
from viewsync.sessions.rules.expiry import FORGET, SessionFacts
from viewsync.system import processes
from viewsync.text.timestamps import epoch
from viewsync.tmux import guarded_kill
from viewsync.tmux.rules.model import END, KEEP
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.sessions.listing import Listed
    from viewsync.sessions.rules.expiry import Expiry, ExpiryCriteria
    from viewsync.system.pane_processes import Finished
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

_TRIGGER = "cleanup"
FASTER = "somebody is using it, or it changed during cleanup"


class ExpiryItem(NamedTuple):
    """One session, and what is to become of it. The rest is what came of it."""

    listed: Listed
    verdict: Expiry
    removed: bool = False
    ended: bool = False
    evidence: str = ""
    problem: str = ""
    remains: Finished = remains.NOTHING  # what ignored the end of its terminal, and what lives on


def plan(ctx: Context, wish: ExpiryCriteria) -> tuple[list[ExpiryItem], list[str]]:
    """What would become of every registered session, and what went wrong. Nothing is changed."""
    listed, errors = listing.read(ctx)
    guests = {_place(one): one.row.name for one in listed if one.found.moved}
    facts = [_known(ctx, one)._replace(guest="" if one.found.moved else guests.get(_place(one), "")) for one in listed]
    verdicts = expiry.decide(facts, wish, ctx.clock())
    return [ExpiryItem(one, verdict) for one, verdict in zip(listed, verdicts, strict=True)], errors


def _place(listed: Listed) -> tuple[str, str]:
    return (listed.row.socket, listed.found.session)


def _known(ctx: Context, listed: Listed) -> SessionFacts:
    row = listed.row
    mine = listed.found.panes(listed.reading) if listed.reading else []
    return SessionFacts(
        name=row.name,
        status=listed.health.status,
        created=epoch(row.created_at),
        active=epoch(row.last_active),
        doubt=listed.doubt,
        making=processes.alive(row.maker, row.maker_start, row.maker_place),
        quarantined=listed.quarantined,
        attached=listed.in_use,
        leased=any(leases.held(ctx.folder, listed.reading.server, pane.id) for pane in mine)
        if listed.reading
        else False,
        only_dead=bool(mine) and all(pane.dead for pane in mine),
        viewed=bool(listed.views),
        session=" ".join(_place(listed)) if listed.found.session and not listed.found.moved else "",
        moved_to=listed.moved_to,
        clock_set=processes.set_forward(listed.reading.server.identity, ctx.clock()) if listed.reading else 0.0,
    )


def carry_out(ctx: Context, items: list[ExpiryItem]) -> list[ExpiryItem]:
    """The sessions first, then the rows of those that are gone: what fails in between is found by the next one."""
    going = [item for item in items if item.verdict.action != KEEP]
    if not going:
        return []
    ended = [item for batch in _by_server(ready(ctx, going)) for item in _end(ctx.tmux, batch)]
    done = _forget(ctx, ended)
    events = [
        recording.event(ctx.clock, item.listed.row, item.verdict.action, _TRIGGER, item.verdict.reason)
        for item in done
        if item.removed or item.ended
    ]
    recording.record(ctx, events)
    return done


def ready(ctx: Context, items: list[ExpiryItem]) -> list[ExpiryItem]:
    """With what their panes show saved where that has to be first. `problem` says why one is left alone."""
    return _unchanged(ctx, [_saved(ctx, item) if item.verdict.save else item for item in items])


def _saved(ctx: Context, item: ExpiryItem) -> ExpiryItem:
    """With what its panes show on disk, without which nothing of it ends."""
    try:
        saved = evidence.save(ctx, item.listed, f"cleanup: {item.verdict.reason}")
    except ViewsyncError as error:
        return item._replace(problem=error.message)
    return item._replace(evidence=saved.folder, problem="; ".join(saved.problems))


def _unchanged(ctx: Context, items: list[ExpiryItem]) -> list[ExpiryItem]:
    """Who was used, quarantined or made anew since it was read is left alone."""
    now = {row.name: row for row in registry_rows.read(ctx.registry)}
    return [
        item if now.get(item.listed.row.name) == item.listed.row else item._replace(problem=FASTER) for item in items
    ]


def _by_server(items: list[ExpiryItem]) -> list[list[ExpiryItem]]:
    """Those of one server together; those with nothing to end are of none."""
    batches: dict[Server | None, list[ExpiryItem]] = {}
    for item in items:
        reading = item.listed.reading
        ends = item.verdict.action == END and not item.problem
        batches.setdefault(reading.server if reading and ends else None, []).append(item)
    return list(batches.values())


def _end(tmux: Tmux, batch: list[ExpiryItem]) -> list[ExpiryItem]:
    reading = batch[0].listed.reading
    if reading is None or batch[0].verdict.action != END or batch[0].problem:
        return batch
    ends: dict[str, guarded_kill.End] = {}  # two rows may name one session
    for item in batch:
        found, save = item.listed.found, item.verdict.save
        known = ends.get(found.session)
        ends[found.session] = guarded_kill.End(
            found.session, found.session_name, save or bool(known and known.only_dead)
        )
    before = remains.see(reading, [pane for pane in reading.panes if pane.session in ends])
    try:
        done = dict(zip(ends, guarded_kill.end(tmux, reading.server, list(ends.values())), strict=True))
    except TmuxError as error:
        return [item._replace(problem=error.message) for item in batch]
    rest = remains.finish(tmux, before)
    return [
        item._replace(ended=True, remains=before.of(rest, item.listed.found.panes(reading)))
        if done[item.listed.found.session]
        else item._replace(problem=FASTER)
        for item in batch
    ]


def _forget(ctx: Context, items: list[ExpiryItem]) -> list[ExpiryItem]:
    rows = [item.listed.row for item in items if item.ended or (item.verdict.action == FORGET and not item.problem)]
    try:
        removed = registry_rows.remove_all(ctx.registry, rows) if rows else set()
    except ViewsyncError as error:
        return [item._replace(problem=item.problem or error.message) for item in items]
    names = {row.name for row in rows}
    return [_outcome(item, removed) if item.listed.row.name in names else item for item in items]


def _outcome(item: ExpiryItem, removed: set[str]) -> ExpiryItem:
    name = item.listed.row.name
    return item._replace(removed=True) if name in removed else item._replace(problem=FASTER)
