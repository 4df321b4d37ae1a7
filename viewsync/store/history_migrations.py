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


def _table(database: sqlite3.Connection, text: str) -> None:
    """SQLite keeps the text, and reads all of it whenever the history is opened."""
    database.execute(" ".join(line.partition("--")[0].strip() for line in text.splitlines()))


def lives(database: sqlite3.Connection) -> None:
    """What the events of sessions come to, so that nobody reads them again. It can be made again from the events; a
    viewsync that does not know it adds events all the same, and they are folded in by the next one that does.
    """
    _table(
        database,
        """CREATE TABLE lives (
            id INTEGER PRIMARY KEY,
            socket TEXT NOT NULL,
            session TEXT NOT NULL,        -- the name that it has, or had in the end
            project TEXT NOT NULL,
            began REAL NOT NULL,          -- 0 when it is not known
            made INTEGER NOT NULL,        -- the history saw it begin
            since REAL NOT NULL,          -- somebody is on it, 0 while nobody is
            ended REAL NOT NULL,          -- where no end was seen: when something was last heard of it
            ender TEXT NOT NULL,          -- who ended it, '' where no end was seen
            start REAL NOT NULL,          -- from when on it counts, not after its end
            attached REAL NOT NULL,       -- seconds that somebody was there
            lasted REAL                   -- NULL where its beginning is not known
        )""",
    )
    database.execute("CREATE INDEX lives_by_key ON lives (socket, session)")
    database.execute("CREATE INDEX lives_by_end ON lives (ended, project, began, start, ender, made)")
    database.execute("CREATE INDEX lives_by_beginning ON lives (began, made)")
    database.execute("CREATE INDEX lives_by_start ON lives (start)")
    database.execute("CREATE INDEX lives_by_project ON lives (project, lasted)")
    database.execute("CREATE INDEX lives_by_length ON lives (lasted)")
    _table(
        database,
        """CREATE TABLE stays (
            life INTEGER NOT NULL,        -- of this one, somebody was on it
            begin REAL NOT NULL,
            end REAL NOT NULL,
            open INTEGER NOT NULL         -- no end was seen
        )""",
    )
    database.execute("CREATE INDEX stays_by_life ON stays (life, open)")
    database.execute("CREATE INDEX stays_by_end ON stays (end, begin, life, open)")
    database.execute("CREATE INDEX stays_by_beginning ON stays (begin)")
    _heard(database)
    _indexes(database)
    _totals(database)


def _heard(database: sqlite3.Connection) -> None:
    """How far events are folded in."""
    _table(
        database,
        """CREATE TABLE heard (           -- of sessions, by their names
            socket TEXT NOT NULL,
            session TEXT NOT NULL,
            at REAL NOT NULL,             -- the last that was heard of it
            last REAL NOT NULL,           -- time and number of the last event that was folded in
            event INTEGER NOT NULL,
            closed INTEGER NOT NULL,      -- its end was seen
            PRIMARY KEY (socket, session)
        ) WITHOUT ROWID""",
    )
    database.execute("CREATE TABLE folded (at REAL NOT NULL, event INTEGER NOT NULL, seen INTEGER NOT NULL)")
    database.execute("INSERT INTO folded VALUES (0, 0, 0)")


def _indexes(database: sqlite3.Connection) -> None:
    database.execute(
        "CREATE INDEX events_counted ON events (at, event, project, parent, session)"
        " WHERE event IN ('step', 'step-failed', 'error') AND what = 'session'"
    )
    database.execute("CREATE INDEX events_by_new_name ON events (socket, detail) WHERE event IN ('rename', 'renamed')")
    database.execute("CREATE INDEX events_of_guis ON events (at) WHERE gui != 0")
    database.execute("CREATE INDEX events_by_parent ON events (parent, at) WHERE parent != ''")
    database.execute("CREATE TABLE keeping (at REAL NOT NULL, forgotten INTEGER NOT NULL)")
    database.execute("INSERT INTO keeping VALUES (0, 0)")


def _totals(database: sqlite3.Connection) -> None:
    """Sums of all lives, and of all steps and errors, kept by SQLite itself with each line that comes, changes or goes,
    whichever viewsync writes it.
    """
    _table(
        database,
        """CREATE TABLE life_totals (
            project TEXT NOT NULL,
            ender TEXT NOT NULL,
            lives INTEGER NOT NULL,
            made INTEGER NOT NULL,
            alive REAL NOT NULL,
            attached REAL NOT NULL,
            known INTEGER NOT NULL,       -- of how many the beginning is known
            lasted REAL NOT NULL,         -- how long these lasted
            PRIMARY KEY (project, ender)
        ) WITHOUT ROWID""",
    )
    _table(
        database,
        """CREATE TABLE mark_totals (
            project TEXT NOT NULL,
            event TEXT NOT NULL,
            marks INTEGER NOT NULL,
            PRIMARY KEY (project, event)
        ) WITHOUT ROWID""",
    )
    for when, row, sign in (("INSERT", "NEW", "+"), ("DELETE", "OLD", "-")):
        life = _add_life(row, sign)
        database.execute(f"CREATE TRIGGER lives_{when} AFTER {when} ON lives BEGIN {life}; END")
        database.execute(
            f"CREATE TRIGGER events_{when} AFTER {when} ON events WHEN {row}.what = 'session'"
            f" AND {row}.event IN ('step', 'step-failed', 'error') BEGIN {_add_mark(row, sign)}; END"
        )
    both = f"{_add_life('OLD', '-')}; {_add_life('NEW', '+')};"
    database.execute(f"CREATE TRIGGER lives_update AFTER UPDATE ON lives BEGIN {both} END")
    database.execute(
        """INSERT INTO mark_totals SELECT COALESCE(NULLIF(project, ''), parent), event, COUNT(*) FROM events
        WHERE event IN ('step', 'step-failed', 'error') AND what = 'session' GROUP BY 1, 2"""
    )


def _add_life(row: str, sign: str) -> str:
    values = (
        f"{row}.project, {row}.ender, {sign}1, {sign}{row}.made, {sign}({row}.ended - {row}.start),"
        f" {sign}{row}.attached, {sign}({row}.lasted IS NOT NULL), {sign}COALESCE({row}.lasted, 0)"
    )
    names = ("lives", "made", "alive", "attached", "known", "lasted")
    return f"INSERT INTO life_totals VALUES ({values}) ON CONFLICT (project, ender) {_summed(names)}"  # noqa: S608


def _add_mark(row: str, sign: str) -> str:
    values = f"COALESCE(NULLIF({row}.project, ''), {row}.parent), {row}.event, {sign}1"
    return f"INSERT INTO mark_totals VALUES ({values}) ON CONFLICT (project, event) {_summed(('marks',))}"  # noqa: S608


def _summed(names: tuple[str, ...]) -> str:
    return "DO UPDATE SET " + ", ".join(f"{name} = {name} + excluded.{name}" for name in names)


def views(database: sqlite3.Connection) -> None:
    """The same of views. All is folded in once more, for that of the sessions stands beside it."""
    _table(
        database,
        """CREATE TABLE view_lives (
            socket TEXT NOT NULL,
            server TEXT NOT NULL,
            session TEXT NOT NULL,
            parent TEXT NOT NULL,
            first REAL NOT NULL,          -- when something was first heard of it
            began REAL NOT NULL,          -- 0 when it is not known
            opened INTEGER NOT NULL,      -- the history saw it made
            reused TEXT NOT NULL,         -- when, a space between each
            last REAL NOT NULL,           -- when it ended, or something was last heard of it
            layer TEXT,                   -- which layer ended it, NULL where nobody saw its end
            event TEXT NOT NULL,
            reason TEXT NOT NULL,
            left REAL NOT NULL,
            visited INTEGER NOT NULL,
            place REAL NOT NULL,          -- time and number of the last event that was folded in
            number INTEGER NOT NULL,
            PRIMARY KEY (socket, server, session)
        ) WITHOUT ROWID""",
    )
    database.execute("CREATE INDEX view_lives_by_end ON view_lives (last)")
    database.execute("CREATE INDEX view_lives_open ON view_lives (last) WHERE layer IS NULL")
    database.execute("CREATE INDEX view_lives_by_parent ON view_lives (parent)")
    for table in ("lives", "stays", "heard"):
        database.execute(f"DELETE FROM {table}")  # noqa: S608
    database.execute("UPDATE folded SET at = 0, event = 0, seen = 0")


def sums(database: sqlite3.Connection) -> None:
    """What is counted stands in the indexes, that of views in the order in which it is."""
    database.execute("DROP INDEX stays_by_beginning")
    database.execute("CREATE INDEX stays_by_beginning ON stays (begin, life, open)")
    ends = "layer, event, reason, began, left, visited"
    for name, columns in (("parent", f"parent, {ends}, last, first, opened"), ("end", f"last, {ends}")):
        database.execute(f"DROP INDEX view_lives_by_{name}")
        database.execute(f"CREATE INDEX view_lives_by_{name} ON view_lives ({columns})")
    database.execute("CREATE INDEX view_lives_reused ON view_lives (last) WHERE reused != ''")


MIGRATIONS = (events, sessions, guis, lives, views, sums)


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
