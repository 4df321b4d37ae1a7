# ruff: noqa: S608  the queries are put together of our own words; what comes from outside goes in as values
"""What the history's table of views' lives comes to, in any stretch of time, put together by SQLite."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from typing import Any

    from viewsync.store.life_tables import ViewKey

_INSIDE = "last >= :since AND last < :until"
_CLEANED = "layer NOTNULL AND visited AND event != 'gone'"
# By the names first: three columns for each of many views take as long as all the rest.
_OTHERS = """(layer NOTNULL OR session NOT IN (SELECT session FROM views_aside)
    OR (socket, server, session) NOT IN (SELECT * FROM views_aside))"""


class EndSum(NamedTuple):
    """Of views that ended alike. `layer`: None for those whose end nobody saw."""

    parent: str
    layer: str | None
    event: str
    reason: str
    ended: int
    unknown: int  # of how many nobody knows when they began
    unseen: int  # and when their client went


def set_aside(database: sqlite3.Connection, keys: Iterable[ViewKey]) -> None:
    """Views of which no end was seen, and who asks knows more. Of all queries below."""
    database.execute("CREATE TEMP TABLE views_aside (socket, server, session, PRIMARY KEY (socket, server, session))")
    database.executemany("INSERT OR IGNORE INTO views_aside VALUES (?, ?, ?)", keys)


class ViewSums:
    """Of what was in that stretch of time, its end not included, and of that parent alone where one is named."""

    def __init__(self, database: sqlite3.Connection, since: float, until: float, parent: str = "") -> None:
        self.database = database
        self.values: dict[str, Any] = {"since": since, "until": until, "parent": parent}
        others = _OTHERS + (" AND parent = :parent" if parent else "")
        # Where most of them are read, an index would only have each looked up by itself.
        plus = "+" if self._most_are_behind(since) else ""
        self.views = f"view_lives WHERE {others}" + (f" AND ({plus}last >= :since OR layer IS NULL)" if since else "")
        self.ended = f"view_lives WHERE {plus}last >= :since AND {plus}last < :until AND {others}"
        self.ended_then = f"view_lives WHERE {_INSIDE} AND {others}"

    def _most_are_behind(self, since: float) -> bool:
        query = "SELECT COUNT(*) FROM view_lives"
        (before,) = self.database.execute(f"{query} WHERE last < ?", (since,)).fetchone()
        return bool(before * 2 < self.database.execute(query).fetchone()[0])

    def ends(self) -> Iterator[EndSum]:
        columns = "parent, layer, event, reason"
        return self._ends(columns, f"{self.ended} GROUP BY {columns}", self.values)

    def ends_of(self, since: float, until: float) -> Iterator[EndSum]:
        """Of a part of it, for all parents."""
        query = f"{self.ended_then} GROUP BY layer, event, reason"
        return self._ends("'', layer, event, reason", query, {**self.values, "since": since, "until": until})

    def _ends(self, columns: str, query: str, values: dict[str, Any]) -> Iterator[EndSum]:
        sums = f"COUNT(*), SUM(began = 0), SUM({_CLEANED} AND left = 0)"
        return (EndSum(*row) for row in self.database.execute(f"SELECT {columns}, {sums} FROM {query}", values))

    def ended_each(self) -> Iterator[tuple[str, float, float, float | None]]:
        """Of each that ended its parent, when it did, when it began, 0 where that is not known, and when it was left,
        where that led to its end.
        """
        left = f"CASE WHEN {_CLEANED} AND left != 0 THEN left END"
        return self._rows(f"parent, last, began, {left} FROM {self.ended} AND layer NOTNULL")

    def spans(self, parent: str) -> list[tuple[float, float, bool]]:
        """Of each of its views when it began, or was first heard of, its last, and whether it was opened in it."""
        opened = "opened AND began >= :since AND began < :until"
        start = "MIN(CASE began WHEN 0 THEN first ELSE began END, last)"
        query = f"SELECT {start}, last, {opened} FROM {self.views} AND parent = :of"
        return self.database.execute(query, {**self.values, "of": parent}).fetchall()

    def reuses(self) -> Iterator[tuple[str, list[float]]]:
        rows = self._rows(f"parent, reused FROM {self.views} AND reused != ''")
        return ((parent, [float(at) for at in reused.split()]) for parent, reused in rows)

    def _rows(self, query: str) -> Iterator[Any]:
        return self.database.execute(f"SELECT {query}", self.values)
