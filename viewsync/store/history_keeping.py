"""Forget what the history need not keep any more, a little at a time, and give the room back."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_AT_ONCE = 1000  # lines; others wait to write meanwhile
_AT_FIRST = 30 * 86400.0  # seconds that it is beyond the last line
_PAGES = 500
_SMALL = 32 * 2**20  # bytes that SQLite writes anew in a moment
_INCREMENTAL = 2
# What a session or view that is there began with, or was called.
_BEGINNINGS = "event IN ('create', 'rename', 'renamed', 'open', 'reuse') AND session IN (SELECT name FROM there)"
_OLD = f"at < :before AND id < (SELECT MAX(id) FROM events) AND NOT ({_BEGINNINGS})"  # noqa: S608
_OLD_VIEW = "last < :before AND NOT (layer IS NULL AND session IN (SELECT name FROM there))"


def clock(database: sqlite3.Connection, now: float, most: float) -> float:
    """The time that counts for what is old. It moves by `most` seconds at a time, and at first not far beyond the last
    line: a clock that is set far ahead for a while would cost all history.
    """
    (before,) = database.execute("SELECT at FROM keeping").fetchone()
    (last,) = database.execute("SELECT MAX(at) FROM events").fetchone()
    at = min(now, before + most if before else (last or now) + _AT_FIRST)
    database.execute("UPDATE keeping SET at = ?", (at,))
    return at


def forget(database: sqlite3.Connection, before: float, there: Iterable[str]) -> int:
    """Some of what was before, and how much that was. `there`: the names of sessions and views that are there.

    The last line stays: its number is not to be given to another one.
    """
    database.execute("CREATE TEMP TABLE IF NOT EXISTS there (name TEXT PRIMARY KEY) WITHOUT ROWID")
    database.executemany("INSERT OR IGNORE INTO there VALUES (?)", [(name,) for name in there])
    values = {"before": before, "limit": _AT_ONCE}
    query = f"SELECT id FROM events WHERE {_OLD} ORDER BY at LIMIT :limit"  # noqa: S608
    events = database.execute(query, values).fetchall()
    if events:
        database.executemany("DELETE FROM events WHERE id = ?", events)
        database.execute("UPDATE keeping SET forgotten = MAX(forgotten, ?)", max(events))
    query = """SELECT id FROM lives WHERE ended < :before
        AND NOT (ender = '' AND session IN (SELECT name FROM there)) ORDER BY ended LIMIT :limit"""
    lives = database.execute(query, values).fetchall()
    database.executemany("DELETE FROM stays WHERE life = ?", lives)
    database.executemany("DELETE FROM lives WHERE id = ?", lives)
    query = f"""DELETE FROM view_lives WHERE (socket, server, session) IN (SELECT socket, server, session
        FROM view_lives WHERE {_OLD_VIEW} ORDER BY last LIMIT :limit)"""  # noqa: S608
    views = database.execute(query, values).rowcount
    database.execute("DELETE FROM samples WHERE id IN (SELECT id FROM samples WHERE at < :before LIMIT :limit)", values)
    if 0 < len(events) + len(lives) < _AT_ONCE:  # the last of them
        database.execute(
            """DELETE FROM heard WHERE MAX(at, last) < :before AND NOT EXISTS (SELECT 1 FROM lives
            WHERE lives.socket = heard.socket AND lives.session = heard.session)""",
            values,
        )
    return len(events) + len(lives) + views


def oldest(database: sqlite3.Connection) -> float:
    """Before when a few lines are; 0 where there are no more."""
    found = database.execute("SELECT at FROM events ORDER BY at LIMIT 1 OFFSET ?", (_AT_ONCE,)).fetchone()
    return float(found[0]) if found else 0.0


def bytes_used(database: sqlite3.Connection) -> int:
    pages, free, size = (_pragma(database, name) for name in ("page_count", "freelist_count", "page_size"))
    return (pages - free) * size


def shrink(database: sqlite3.Connection) -> bool:
    """Give some room back to the disk; whether there may be more. A history that an older viewsync made is written anew
    once it is small. Not within a transaction.
    """
    free = _pragma(database, "freelist_count")
    if free < _PAGES:
        return False
    if _pragma(database, "auto_vacuum") == _INCREMENTAL:
        database.execute(f"PRAGMA incremental_vacuum({_PAGES:d})").fetchall()
        return True
    if bytes_used(database) < _SMALL:
        database.execute(f"PRAGMA auto_vacuum = {_INCREMENTAL:d}")
        database.execute("VACUUM")
    return False


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])
