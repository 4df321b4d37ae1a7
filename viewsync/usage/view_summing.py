"""Numbers of views in any stretch of time, of its days and of parents: what SQLite sums up of the history's table of
their lives, with what is known of those that are there now.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import compress

from viewsync.store import view_sums, view_tables
from viewsync.store.view_sums import ViewSums
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage import view_folding
from viewsync.usage.rules import view_report
from viewsync.usage.rules.view_report import Crowd, ViewEnd, ViewTally

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from viewsync.events import Event
    from viewsync.store.view_sums import EndSum
    from viewsync.usage.rules.view_report import Key, ViewNumbers, ViewThere
    from viewsync.usage.summing import Stretch


class ViewsNow(NamedTuple):
    """What who looks now knows of views."""

    there: Mapping[Key, ViewThere]
    unread: Sequence[Key]  # of servers that did not answer
    unwritten: Sequence[Event]  # that the history does not have yet
    at: float


class SummedViews(NamedTuple):
    total: ViewNumbers
    days: list[tuple[str, ViewNumbers]]
    parents: dict[str, ViewNumbers]


class ViewSumming:
    def __init__(self, database: sqlite3.Connection, stretch: Stretch, now: ViewsNow, parent: str = "") -> None:
        """`parent`: of its views alone."""
        self.database = database
        self.stretch = stretch
        self.parent = parent
        known = view_folding.read(database, [*now.there, *now.unread], now.unwritten)
        view_sums.set_aside(database, known.aside)
        lives = view_report.by_now(known.lives, now.there, now.unread, now.at)
        self.parents_now = {life.parent for life in lives}
        self.lives = [life for life in lives if not parent or life.parent == parent]
        self.sums = ViewSums(database, stretch.since, stretch.until, parent)
        self.parents: dict[str, ViewTally] = {}

    def report(self) -> SummedViews:
        for ended_alike in self.sums.ends():
            _add(self._of(ended_alike.parent), ended_alike)
        ended, reuses = list(self.sums.ended_each()), list(self.sums.reuses())
        for name, last, began, left in ended:
            self.parents[name].add_times(last, began, left)
        for name, times in reuses:
            self._of(name).reused += sum(self.stretch.since <= at < self.stretch.until for at in times)
        openings: list[float] = []
        for name in [self.parent] if self.parent else view_tables.parents(self.database):
            if spans := self.sums.spans(name):
                starts, lasts, opened = zip(*spans, strict=True)
                tally = self._of(name)
                tally.starts += starts
                tally.lasts += lasts
                tally.opened += sum(opened)
                openings += compress(starts, opened)
        for life in self.lives:
            self._of(life.parent).add_life(life)
        total = ViewTally(self.stretch.since, self.stretch.until)
        for tally in self.parents.values():
            total.add(tally)
        crowd = Crowd(total.starts, total.lasts)
        alone = crowd if len(self.parents) == 1 else None
        return SummedViews(
            total.numbers(crowd),
            self._days(crowd, ended, openings, [at for _, times in reuses for at in times]),
            {name: tally.numbers(alone) for name, tally in self.parents.items()},
        )

    def _of(self, parent: str) -> ViewTally:
        if (tally := self.parents.get(parent)) is None:
            tally = self.parents[parent] = ViewTally(self.stretch.since, self.stretch.until)
        return tally

    def _days(
        self,
        crowd: Crowd,
        ended: Iterable[tuple[str, float, float, float | None]],
        openings: list[float],
        reuses: list[float],
    ) -> list[tuple[str, ViewNumbers]]:
        since, until = self.stretch.since, self.stretch.until
        days = [(label, ViewTally(max(begin, since), min(end, until))) for label, begin, end in self.stretch.days]
        if not days:
            return []
        openings.sort()
        reuses.sort()
        for _, day in days:
            for ended_alike in self.sums.ends_of(day.since, day.until):
                _add(day, ended_alike)
            day.opened = bisect_left(openings, day.until) - bisect_left(openings, day.since)
            day.reused = bisect_left(reuses, day.until) - bisect_left(reuses, day.since)
            for life in self.lives:
                day.add_life(life)
        beginnings = [day.since for _, day in days]
        for _, last, began, left in ended:
            days[bisect_right(beginnings, last) - 1][1].add_times(last, began, left)
        return [(label, day.numbers(crowd)) for label, day in days]


def _add(tally: ViewTally, alike: EndSum) -> None:
    end = None if alike.layer is None else ViewEnd(alike.layer, alike.event, alike.reason)
    tally.add_ends(end, alike.ended, unknown=alike.unknown, unseen=alike.unseen)
