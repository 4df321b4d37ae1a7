"""The history's tables of lives: what the events of sessions came to, up to some event (history_migrations.lives)."""

from __future__ import annotations

from viewsync.events import RENAMES, Event
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from typing import Any

    Key = tuple[str, str]  # socket and session
    ViewKey = tuple[str, str, str]  # socket, server and session
    Place = tuple[float, int]  # an event's, by time and number
    Placed = tuple[Place, Event]

_LATEST = 2.0**53
_LIFE = "socket, session, project, began, made, since, ended, ender, start, lasted, attached"
_NAMES = ", ".join(f"events.{name}" for name in Event._fields)
# SQLite holds whatever it is given in any column.
_AT, _SECONDS = (f"typeof({name}) IN ('real', 'integer') AND abs({name}) < {_LATEST!r}" for name in ("at", "seconds"))
_FINITE = f"{_AT} AND (seconds IS NULL OR {_SECONDS})"
_FINITE += "".join(f" AND typeof({name}) = 'text'" for name in ("socket", "server", "session", "project", "detail"))
_UP_TO = "(at < ? OR at = ? AND id <= ?)"
_IN_RENAMES = f"event IN {RENAMES!r}"  # as the index says it


class Mark:
    """How far events are folded in: all up to `place` that have a number up to `seen`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        at, event, self.seen = database.execute("SELECT at, event, seen FROM folded").fetchone()
        self.place: Place = (at, event)

    def write(self, database: sqlite3.Connection) -> None:
        database.execute("UPDATE folded SET at = ?, event = ?, seen = ?", (*self.place, self.seen))


def newest(database: sqlite3.Connection) -> int:
    found: int = database.execute("SELECT COALESCE(MAX(id), 0) FROM events").fetchone()[0]
    return found


def late(database: sqlite3.Connection, kinds: Sequence[str], mark: Mark) -> list[Placed]:
    """Events that were added since, and happened before."""
    where = f"id > ? AND {_UP_TO}"
    return _events(database, f"{where} AND {_of(kinds)}", (mark.seen, mark.place[0], *mark.place, *kinds), "+at, id")


def following(database: sqlite3.Connection, kinds: Sequence[str], place: Place, limit: int) -> list[Placed]:
    where = f"at >= ? AND (at > ? OR id > ?) AND {_of(kinds)}"
    return _events(database, where, (place[0], *place, *kinds), f"at, id LIMIT {limit:d}")


def last_place(database: sqlite3.Connection) -> Place:
    """The last event's, in the order of their times."""
    query = f"SELECT at, id FROM events WHERE at < {_LATEST!r} ORDER BY at DESC, id DESC LIMIT 1"  # noqa: S608
    found = database.execute(query).fetchone()
    return (found[0], found[1]) if found else (0.0, 0)


def of_session(database: sqlite3.Connection, kinds: Sequence[str], key: Key, place: Place) -> list[Placed]:
    where = f"socket = ? AND session = ? AND what = 'session' AND {_UP_TO} AND {_of(kinds)}"
    return _events(database, where, (*key, place[0], *place, *kinds), "at, id")


def of_view(database: sqlite3.Connection, kinds: Sequence[str], key: ViewKey, place: Place) -> list[Placed]:
    where = f"socket = ? AND server = ? AND session = ? AND what = 'view' AND {_UP_TO} AND {_of(kinds)}"
    return _events(database, where, (*key, place[0], *place, *kinds), "at, id")


def _of(kinds: Sequence[str]) -> str:
    return f"event IN ({', '.join('?' * len(kinds))}) AND {_FINITE}"


def _events(database: sqlite3.Connection, where: str, values: Sequence[Any], order: str) -> list[Placed]:
    query = f"SELECT id, {_NAMES} FROM events WHERE {where} ORDER BY {order}"  # noqa: S608  all ours
    return [((row[1], row[0]), Event(*row[1:])) for row in database.execute(query, values)]


def renamed(database: sqlite3.Connection, key: Key) -> set[Key]:
    """The names that it was given, and those that it had before. Also of renames that are not folded in yet."""
    given = f"SELECT detail FROM events WHERE socket = ? AND session = ? AND {_IN_RENAMES}"  # noqa: S608
    had = f"SELECT session FROM events WHERE socket = ? AND detail = ? AND {_IN_RENAMES}"  # noqa: S608
    return {(key[0], name) for query in (given, had) for (name,) in database.execute(query, key) if name}


def forget(database: sqlite3.Connection, keys: Iterable[Key]) -> None:
    """What is known of these, to be told anew."""
    for key in keys:
        database.execute("DELETE FROM stays WHERE life IN (SELECT id FROM lives WHERE socket = ? AND session = ?)", key)
        database.execute("DELETE FROM lives WHERE socket = ? AND session = ?", key)
        database.execute("DELETE FROM heard WHERE socket = ? AND session = ?", key)


def heard(database: sqlite3.Connection, key: Key) -> tuple[float, Place, bool] | None:
    """When something was last heard of it, its last event, and whether its end was seen."""
    query = "SELECT at, last, event, closed FROM heard WHERE socket = ? AND session = ?"
    found = database.execute(query, key).fetchone()
    return (found[0], (found[1], found[2]), bool(found[3])) if found else None


class OpenRow(NamedTuple):
    number: int
    began: float
    project: str
    made: bool
    since: float
    heard: float  # when something was last heard of it


def open_life(database: sqlite3.Connection, key: Key) -> OpenRow | None:
    query = "SELECT id, began, project, made, since, ended FROM lives WHERE socket = ? AND session = ? AND ender = ''"
    found = database.execute(query, key).fetchone()
    return OpenRow(*found) if found else None


def write_heard(database: sqlite3.Connection, rows: Iterable[tuple[str, str, float, float, int, bool]]) -> None:
    database.executemany("INSERT OR REPLACE INTO heard VALUES (?, ?, ?, ?, ?, ?)", rows)


def write_life(
    database: sqlite3.Connection,
    life: int,
    row: tuple[str, str, str, float, bool, float, float, str],
    new: Sequence[tuple[float, float]],
) -> None:
    """`life`: its number, 0 for a new one. `row`: as the table has it, up to `ender`. `new`: stays."""
    began, since, ended = row[3], row[5], row[6]
    start, lasted = min(began or ended, ended), ended - began if began else None
    attached = sum(max(0.0, end - begin) for begin, end in new) + (max(0.0, ended - since) if since else 0.0)
    if life:
        database.execute("DELETE FROM stays WHERE life = ? AND open", (life,))
        before = database.execute("SELECT COALESCE(SUM(end - begin), 0) FROM stays WHERE life = ?", (life,)).fetchone()
        values = (*row, start, lasted, attached + before[0], life)
        database.execute(f"UPDATE lives SET ({_LIFE}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?", values)  # noqa: S608
    else:
        query = f"INSERT INTO lives ({_LIFE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        life = database.execute(query, (*row, start, lasted, attached)).lastrowid or 0
    stays = [(life, min(begin, end), end, 0) for begin, end in new]
    if since:
        stays.append((life, min(since, ended), ended, 1))
    database.executemany("INSERT INTO stays VALUES (?, ?, ?, ?)", stays)


def drop_life(database: sqlite3.Connection, life: int) -> None:
    database.execute("DELETE FROM stays WHERE life = ?", (life,))
    database.execute("DELETE FROM lives WHERE id = ?", (life,))
