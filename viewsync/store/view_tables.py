"""The history's table of views' lives: what their events came to (history_migrations.lives)."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from typing import Any

    from viewsync.store.life_tables import Place, ViewKey

_COLUMNS = "parent, first, began, opened, reused, last, layer, event, reason, left, visited"


def one(database: sqlite3.Connection, key: ViewKey) -> tuple[tuple[Any, ...], Place] | None:
    """As the table has it, from `parent` on; and its last event."""
    query = f"SELECT {_COLUMNS}, place, number FROM view_lives WHERE socket = ? AND server = ? AND session = ?"  # noqa: S608
    found = database.execute(query, key).fetchone()
    return (found[:-2], found[-2:]) if found else None


def write(database: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    places = ", ".join("?" * 16)
    database.executemany(f"INSERT OR REPLACE INTO view_lives VALUES ({places})", rows)  # noqa: S608


def has_parent(database: sqlite3.Connection, name: str) -> bool:
    return database.execute("SELECT 1 FROM view_lives WHERE parent = ? LIMIT 1", (name,)).fetchone() is not None


def parents(database: sqlite3.Connection) -> list[str]:
    """One after the other by the index, which is not read as a whole."""
    query = """WITH RECURSIVE named(name) AS (SELECT MIN(parent) FROM view_lives UNION ALL
        SELECT (SELECT MIN(parent) FROM view_lives WHERE parent > name) FROM named WHERE name NOTNULL)
        SELECT name FROM named WHERE name NOTNULL"""
    return [name for (name,) in database.execute(query)]
