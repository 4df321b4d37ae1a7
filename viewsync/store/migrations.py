"""The history's schema, as the steps that led to it. PRAGMA user_version counts the steps that ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def events(database: sqlite3.Connection) -> None:
    database.execute(
        """CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            at REAL NOT NULL,             -- epoch seconds
            event TEXT NOT NULL,          -- open, reuse, detach, keep, end, promote, lost, ...
            trigger TEXT NOT NULL,        -- what led to it: hook, wezterm-tab, sweeper, person, ...
            socket TEXT NOT NULL,
            server TEXT NOT NULL,         -- pid and start time of the tmux server
            session TEXT NOT NULL,
            parent TEXT NOT NULL,
            window TEXT NOT NULL,         -- its current window then, as @id
            gui INTEGER NOT NULL,         -- pid of the WezTerm process, 0 when none
            tty TEXT NOT NULL,
            reason TEXT NOT NULL
        )"""
    )
    database.execute("CREATE INDEX events_by_session ON events (session, at)")
    database.execute("CREATE INDEX events_by_gui ON events (gui, at)")


MIGRATIONS = (events,)


def migrate(database: sqlite3.Connection) -> None:
    """Run the steps that this database has not seen, all or none of them."""
    (done,) = database.execute("PRAGMA user_version").fetchone()
    if done >= len(MIGRATIONS):
        return
    with database:
        database.execute("BEGIN IMMEDIATE")
        (done,) = database.execute("PRAGMA user_version").fetchone()  # another process may have been first
        for step in MIGRATIONS[done:]:
            step(database)
        database.execute(f"PRAGMA user_version = {max(done, len(MIGRATIONS))}")
