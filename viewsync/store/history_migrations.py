"""The history's schema, as the steps that led to it. PRAGMA user_version counts the steps that ran."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

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


def sessions(database: sqlite3.Connection) -> None:
    """What belongs to sessions beside views: whose project, how long it took, what they use."""
    database.execute("ALTER TABLE events ADD COLUMN project TEXT NOT NULL DEFAULT ''")
    database.execute("ALTER TABLE events ADD COLUMN seconds REAL")
    database.execute("ALTER TABLE events ADD COLUMN detail TEXT NOT NULL DEFAULT ''")
    database.execute("ALTER TABLE events ADD COLUMN what TEXT NOT NULL DEFAULT 'session'")
    database.execute("UPDATE events SET what = 'view' WHERE parent != ''")  # until now only views had one
    database.execute("CREATE INDEX events_by_time ON events (at)")
    database.execute(
        """CREATE TABLE samples (
            id INTEGER PRIMARY KEY,
            at REAL NOT NULL,
            socket TEXT NOT NULL,
            server TEXT NOT NULL,
            session TEXT NOT NULL,
            project TEXT NOT NULL,
            cpu REAL NOT NULL,            -- seconds of processor time, of the process tree, since it started
            memory INTEGER NOT NULL,      -- resident bytes
            processes INTEGER NOT NULL
        )"""
    )
    database.execute("CREATE INDEX samples_by_time ON samples (at)")


def guis(database: sqlite3.Connection) -> None:
    """A pid comes back: which WezTerm it was, its start says."""
    database.execute("ALTER TABLE events ADD COLUMN gui_start REAL NOT NULL DEFAULT 0")


MIGRATIONS = (events, sessions, guis)


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
