# ruff: noqa: S608  the queries are put together of our own words; what comes from outside goes in as values
"""What the history's tables of lives come to, in any stretch of time, put together by SQLite.

Lives that are set aside are told by who asks, as they are by now; what was on them before counts with that project.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from viewsync.store.life_tables import Key

PROJECT, SESSION = "project", "session"
ALL = "\0"  # in the place of a project's name
_OF_EVENT = {PROJECT: "COALESCE(NULLIF(project, ''), parent)", SESSION: "session"}
_COUNTED = "event IN ('step', 'step-failed', 'error') AND what = 'session'"  # as the index says it
_OTHERS = "id NOT IN (SELECT life FROM aside)"
_STAYS = (
    "stays JOIN lives ON lives.id = stays.life LEFT JOIN aside ON aside.life = stays.life"
    " WHERE NOT (stays.open AND aside.life IS NOT NULL)"
)
_OF_STAY = {PROJECT: "COALESCE(aside.project, lives.project)", SESSION: "lives.session"}
_OVERLAP = "COALESCE(SUM(MAX(0.0, MIN(end, :until) - MAX(begin, :since))), 0.0)"


class LifeSum(NamedTuple):
    """Of lives that ended alike. `ender`: "" for those whose end nobody saw."""

    label: str
    ender: str
    there: int
    made: int
    ended: int
    alive: float


class Middle(NamedTuple):
    """Of lifetimes in their order: how many there are, and those from `first` on that are in the middle."""

    number: int
    first: int
    values: list[float]
    total: float  # of all, put together


class DaySum(NamedTuple):
    """Of one day. `ended`: by who ended them. `marks`: by the event."""

    there: int
    made: int
    ended: dict[str, int]
    alive: float
    attached: float
    marks: dict[str, int]


def set_aside(database: sqlite3.Connection, lives: Iterable[tuple[int, str]]) -> None:
    """Each with the project that it has now. Of all queries below."""
    database.execute("CREATE TEMP TABLE aside (life INTEGER PRIMARY KEY, project TEXT NOT NULL)")
    database.execute("CREATE TEMP TABLE apart (life INTEGER PRIMARY KEY)")
    database.executemany("INSERT INTO aside VALUES (?, ?)", lives)


class Sums:
    """Of what was in that stretch of time, its end not included, and of that project alone where one is named."""

    def __init__(self, database: sqlite3.Connection, since: float, until: float, project: str = "") -> None:
        self.database = database
        self.values: dict[str, Any] = {"since": since, "until": until, "project": project}
        named = " AND project = :project" if project else ""
        self.lives = f"lives WHERE {_OTHERS}{named}"
        self.apart = f"lives WHERE id IN (SELECT life FROM apart){named}"
        self.stays = _STAYS + (f" AND {_OF_STAY[PROJECT]} = :project" if project else "")
        if not project:  # whose they are does not matter
            self.day_stays = "stays WHERE NOT (open AND life IN (SELECT life FROM aside))"
        else:
            self.day_stays = self.stays
        self.marks = f"events WHERE {_COUNTED}" + (f" AND {_OF_EVENT[PROJECT]} = :project" if project else "")
        self.mostly = not since or self._most_are_behind()
        if self.mostly:
            self._set_apart()

    def _most_are_behind(self) -> bool:
        """Then what was before is taken from the sums of all."""
        before = self._count("lives WHERE start < :since", self.values)
        return before * 2 < self._count("lives", self.values)

    def _set_apart(self) -> None:
        """Lives of which not all counts as the sums have it: each is told by itself."""
        for query in (
            "SELECT life FROM aside",
            "SELECT id FROM lives WHERE ended >= :until",
            "SELECT id FROM lives WHERE start < :since",
            "SELECT life FROM stays WHERE begin < :since",
        ):
            self.database.execute(f"INSERT OR IGNORE INTO apart {query}", self.values)

    def of_lives(self, label: str) -> Iterator[LifeSum]:
        sums = """SUM(began < :until), SUM(made AND began >= :since AND began < :until),
            SUM(ended < :until), SUM(MAX(0.0, MIN(ended, :until) - MAX(start, :since)))"""
        if self._by_totals(label):
            told = f"SELECT project, ender, {sums} FROM {self.apart} AND {_OTHERS} AND ended >= :since GROUP BY 1, 2"
            query = f"""SELECT project, ender, SUM(a), SUM(b), SUM(c), SUM(d) FROM (
                SELECT project, ender, lives a, made b, lives c, alive d FROM life_totals {self._named()}
                UNION ALL SELECT project, ender, -1, -made, -1, start - ended FROM {self.apart}
                UNION ALL {told}) GROUP BY 1, 2 HAVING SUM(a) > 0"""
        else:
            query = f"SELECT +{label}, ender, {sums} FROM {self.lives} AND ended >= :since GROUP BY 1, 2"
        return (LifeSum(*row) for row in self.database.execute(query, self.values))

    def lifetimes(self) -> Iterator[tuple[str, float]]:
        """By the session's name."""
        query = f"SELECT session, lasted FROM {self.lives} AND {_within('ended')} AND lasted NOTNULL"
        return self.database.execute(query, self.values)

    def middles(self, more: int) -> Iterator[tuple[str, Middle]]:
        """Of all lifetimes, by project: the middle ones, and `more` on both sides. ALL names those of all projects."""
        known = self.database.execute(
            f"""SELECT project, SUM(a), SUM(b) FROM (
                SELECT project, known a, lasted b FROM life_totals {self._named()}
                UNION ALL SELECT project, -1, -lasted FROM {self.apart} AND lasted NOTNULL) GROUP BY 1""",
            self.values,
        ).fetchall()
        count, total = sum(row[1] for row in known), sum(row[2] for row in known)
        yield ALL, self._middle(count, total, more, self.lives)
        for project, count, total in known:
            yield project, self._middle(count, total, more, f"{self.lives} AND project = :label", project)

    def of_stays(self, label: str) -> Iterator[tuple[str, float]]:
        """How long somebody was there."""
        of, sums = _OF_STAY[label], f"{_OF_STAY[label]}, {_OVERLAP}"
        if not self._by_totals(label):
            query = f"SELECT {sums} FROM {self.stays} AND end > :since GROUP BY {of}"
            yield from self.database.execute(query, self.values)
            return
        query = f"""SELECT project, SUM(a) FROM (
            SELECT project, attached a FROM life_totals {self._named()}
            UNION ALL SELECT project, -attached FROM {self.apart}) GROUP BY 1"""
        yield from self.database.execute(query, self.values)
        query = f"SELECT {sums} FROM {self.stays} AND stays.life IN (SELECT life FROM apart) GROUP BY {of}"
        yield from self.database.execute(query, self.values)

    def of_marks(self, label: str) -> Iterator[tuple[str, str, int]]:
        if self._by_totals(label):
            query = f"""SELECT project, event, SUM(a) FROM (
                SELECT project, event, marks a FROM mark_totals {self._named()}
                UNION ALL SELECT {_OF_EVENT[label]}, event, -1 FROM {self.marks} AND at < :since
                UNION ALL SELECT {_OF_EVENT[label]}, event, -1 FROM {self.marks} AND at >= :until
                ) GROUP BY 1, 2 HAVING SUM(a) > 0"""
        else:
            query = f"SELECT {_OF_EVENT[label]}, event, COUNT(*) FROM {self.marks} AND {_within('at')} GROUP BY 1, 2"
        return self.database.execute(query, self.values)

    def _by_totals(self, label: str) -> bool:
        """Whether it is told from the sums that SQLite keeps of all there is."""
        return label == PROJECT and self.mostly

    def _named(self) -> str:
        return "WHERE project = :project" if self.values["project"] else ""

    def _middle(self, count: int, total: float, more: int, lives: str, label: str = "") -> Middle:
        first = max(0, count // 2 - more - 1)
        found = self.database.execute(
            f"""SELECT lasted FROM {lives} AND id NOT IN (SELECT id FROM lives WHERE ended >= :until) AND lasted NOTNULL
            ORDER BY lasted LIMIT {2 * more + 3} OFFSET {first}""",
            {**self.values, "label": label},
        )
        return Middle(count, first, [lasted for (lasted,) in found], total)

    def of_days(self, days: Sequence[tuple[float, float]]) -> Iterator[DaySum]:
        """`days`: one after the other. Each life and stay is read twice, where it begins and where it ends."""
        if not days:
            return
        first = {**self.values, "since": days[0][0]}
        later = "+" if self.mostly else ""  # few began before: their index is the one to take
        there = self._count(f"{self.lives} AND {later}ended >= :since AND began < :since", first)
        alive = self._count(f"{self.lives} AND {later}ended >= :since AND start < :since", first)
        on = self._count(f"{self.day_stays} AND {later}end >= :since AND begin < :since", first)
        for since, until in days:
            values = {**self.values, "since": since, "until": until}
            begun, made = self._row(f"SELECT COUNT(*), SUM(made) FROM {self.lives} AND {_within('began')}", values)
            ended = self._rows(
                f"SELECT ender, {_left_after('ended')} FROM {self.lives} AND {_within('ended')} GROUP BY ender", values
            )
            started, more = self._left(self.lives, "start", values)
            came, stayed = self._left(self.day_stays, "begin", values)
            went, less = self._left(self.day_stays, "end", values)
            marks = dict(
                self._rows(f"SELECT event, COUNT(*) FROM {self.marks} AND {_within('at')} GROUP BY event", values)
            )
            lived = alive * (until - since) + more - sum(rest for _, _, rest in ended)
            ends = {ender: count for ender, count, _ in ended}
            yield DaySum(there + begun, made or 0, ends, lived, on * (until - since) + stayed - less, marks)
            there += begun - sum(ends.values())
            alive += started - sum(ends.values())
            on += came - went

    def ends(self) -> Iterator[tuple[str, float, float]]:
        """Of each whose beginning is known its project, when it ended, and how long it had lasted."""
        query = f"SELECT project, ended, ended - began FROM {self.lives} AND {_within('ended')} AND began != 0"
        return self.database.execute(query, self.values)

    def _left(self, table: str, column: str, values: Mapping[str, Any]) -> tuple[int, float]:
        """Of those with that time in it: how many they are, and how long it goes on after that, all together."""
        count, seconds = self._row(f"SELECT {_left_after(column)} FROM {table} AND {_within(column)}", values)
        return count, seconds

    def _count(self, table: str, values: Mapping[str, Any]) -> int:
        return int(self._row(f"SELECT COUNT(*) FROM {table}", values)[0])

    def _row(self, query: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self.database.execute(query, values).fetchone()
        return found

    def _rows(self, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self.database.execute(query, values).fetchall()


def _left_after(column: str) -> str:
    return f"COUNT(*), COALESCE(SUM(:until - {column}), 0.0)"


def _within(column: str) -> str:
    return f"{column} >= :since AND {column} < :until"


def began(database: sqlite3.Connection, key: Key) -> float | None:
    """When the last session of that name began, of those that were seen to."""
    query = """SELECT began FROM lives WHERE socket = ? AND session = ? AND made
        ORDER BY ender = '' DESC, ended DESC LIMIT 1"""
    found = database.execute(query, key).fetchone()
    return found[0] if found else None


def projects(database: sqlite3.Connection) -> set[str]:
    query = f"SELECT DISTINCT {_OF_EVENT[PROJECT]} FROM events WHERE {_COUNTED}"
    names = [*database.execute("SELECT DISTINCT project FROM lives"), *database.execute(query)]
    return {name for (name,) in names}


def has_project(database: sqlite3.Connection, name: str) -> bool:
    return database.execute("SELECT 1 FROM lives WHERE project = ? LIMIT 1", (name,)).fetchone() is not None
