"""What the history and the servers together tell of the views' own life, over any stretch of time."""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.registry.safe_reading import read_registry
from viewsync.store import view_tables
from viewsync.text.nearest import did_you_mean
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage import folding, reporting, view_folding
from viewsync.usage.rules import view_report
from viewsync.usage.rules.view_report import ViewThere
from viewsync.views import listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.store.history_database import History
    from viewsync.usage.rules.view_report import ViewLife, ViewNumbers


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
    known = ctx.history.within(lambda database: view_folding.read(database, since, found.unwritten))
    lives = view_report.by_now(known, there, _unread(ctx, found), now)
    by_parent: dict[str, tuple[list[ViewLife], list[ViewThere]]] = {}
    for life in lives:
        by_parent.setdefault(life.parent, ([], []))[0].append(life)
    for view in there.values():
        by_parent.setdefault(view.parent, ([], []))[1].append(view)
    if parent:
        _check(ctx.history, parent, by_parent)
        by_parent = {parent: by_parent.get(parent, ([], []))}
        lives, there = by_parent[parent][0], {key: view for key, view in there.items() if view.parent == parent}

    def line(label: str, mine: Sequence[ViewLife], views: Sequence[ViewThere]) -> ViewLine:
        numbers = view_report.numbers(mine, since, until)
        return ViewLine(label, numbers, len(views), sum(view.attached for view in views))

    parents = [line(name, *by_parent[name]) for name in sorted(by_parent)]
    return ViewReport(
        since=since,
        until=now,
        total=line("", lives, list(there.values())),
        days=[
            ViewLine(label, view_report.numbers(lives, max(begin, since), min(end, until)))
            for label, begin, end in (reporting.days(since, now) if since else [])
        ],
        parents=[part for part in parents if not part.numbers.empty],
        warnings=found.errors,
    )


def _check(history: History, parent: str, by_parent: Iterable[str]) -> None:
    if parent not in by_parent:
        known = sorted({*by_parent, *history.within(view_tables.parents)})
        if parent not in known:
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
        (parent.socket, identities[parent.socket], view.session.name): ViewThere(
            parent.name,
            float(view.row.get("created") or view.session.created),
            bool(view.session.attached or view.session.clients),
        )
        for parent in found.parents
        for view in parent.views
    }


def _unread(ctx: Context, found: listing.Listing) -> Iterable[view_report.Key]:
    """Views of servers that did not answer."""
    answered = {server["socket"] for server in found.servers}
    return [
        (str(row.get("socket")), str(row.get("server")), name)
        for name, row in read_registry(ctx)[0]["views"].items()
        if row.get("socket") not in answered
    ]
