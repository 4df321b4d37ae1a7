"""What the history and the servers together tell of the views' own life, over any stretch of time."""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.registry.safe_reading import read_registry
from viewsync.store import view_tables
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage import folding, reporting
from viewsync.usage.rules import view_report
from viewsync.usage.rules.view_report import ViewThere
from viewsync.usage.summing import Stretch
from viewsync.usage.view_summing import ViewsNow, ViewSumming
from viewsync.views import listing
from viewsync.views.rules.names import told_as

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.store.history_database import History
    from viewsync.usage.rules.view_report import ViewNumbers
    from viewsync.usage.view_summing import SummedViews


class ViewLine(NamedTuple):
    """One day or parent. `there` and `attached`: how many views it has now."""

    label: str
    numbers: ViewNumbers
    there: int = 0
    attached: int = 0


class ViewReport(NamedTuple):
    since: float  # 0 for all there is
    until: float
    total: ViewLine
    days: list[ViewLine]  # none for all there is
    parents: list[ViewLine]
    warnings: list[str]


def report(ctx: Context, since: float = 0.0, parent: str = "") -> ViewReport:
    """`parent`: of its views alone. Raises StateError when the history cannot be read."""
    found = listing.read(ctx)  # before the history: a sweep in between writes what is unwritten here
    there = _there(found)
    with ctx.progress("reading what is new in the history"):
        folding.fold(ctx.history)
    now = ctx.clock()
    until = now + 1  # what happened just now is in it
    stretch = Stretch(since, until, reporting.days(since, now) if since else [])
    known = ViewsNow(there, _unread(ctx, found), found.unwritten, now)

    def work(database: sqlite3.Connection) -> SummedViews:
        summing = ViewSumming(database, stretch, known, parent)
        if parent:
            _check(database, parent, {*summing.parents_now, *(view.parent for view in there.values())})
        return summing.report()

    summed = ctx.history.within(work)
    views: dict[str, list[ViewThere]] = {}
    for view in there.values():
        if not parent or view.parent == parent:
            views.setdefault(view.parent, []).append(view)

    def line(label: str, numbers: ViewNumbers, mine: Sequence[ViewThere]) -> ViewLine:
        return ViewLine(label, numbers, len(mine), sum(view.attached for view in mine))

    parents = [line(name, numbers, views.get(name, [])) for name, numbers in sorted(summed.parents.items())]
    return ViewReport(
        since=since,
        until=now,
        total=line("", summed.total, [view for mine in views.values() for view in mine]),
        days=[ViewLine(label, numbers) for label, numbers in summed.days],
        parents=[part for part in parents if not part.numbers.empty],
        warnings=found.errors,
    )


def _check(database: sqlite3.Connection, parent: str, now: set[str]) -> None:
    if parent not in now and not view_tables.has_parent(database, parent):
        known = sorted({*now, *view_tables.parents(database)})
        names = f"it knows: {', '.join(known) or 'none yet'}"
        raise UsageError(f"the history has no views of {parent!r}", did_you_mean(parent, known, names))


def written(history: History, since: float = 0.0) -> list[Event]:
    """Oldest first."""
    kinds = ", ".join("?" * len(view_report.EVENTS))
    where = f"what = 'view' AND at >= ? AND event IN ({kinds})"
    return history.find(where, (since, *view_report.EVENTS), limit=reporting.ALL)[::-1]


def _there(found: listing.Listing) -> dict[view_report.Key, ViewThere]:
    identities = {server["socket"]: f"{server['pid']}.{server['start']}" for server in found.servers}
    return {
        (parent.socket, identities[parent.socket], told_as(view.session.name, view.row)): ViewThere(
            parent.name,
            float(view.row.get("created") or view.session.created),
            bool(view.session.attached or view.session.clients),
        )
        for parent in found.parents
        for view in parent.views
    }


def _unread(ctx: Context, found: listing.Listing) -> list[view_report.Key]:
    """Views of servers that did not answer."""
    answered = {server["socket"] for server in found.servers}
    return [
        (str(row.get("socket")), str(row.get("server")), told_as(name, row))
        for name, row in read_registry(ctx)[0]["views"].items()
        if row.get("socket") not in answered
    ]
