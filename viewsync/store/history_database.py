"""The history, in SQLite: what happened to which session or view, when and why. Losing a line of it stops no verb."""

from __future__ import annotations

import os
import time

from viewsync.errors import StateError
from viewsync.events import Event, Sample
from viewsync.light import contextlib
from viewsync.store import own_files
from viewsync.store.lean_sqlite import sqlite3
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    Answer = TypeVar("Answer")
    _Inode = tuple[int, int] | None

FILE = "history.db"
_STEPS = 6  # how many history_migrations.py has
_LATEST = 2.0**53  # more than any time, and any number of bytes
_PARTS = ("", "-wal", "-shm", "-journal")
_NUMBER = (int, float)
_NUMBERS: dict[str, tuple[type, ...]] = {
    "at": _NUMBER,
    "gui": (int,),
    "seconds": (*_NUMBER, type(None)),
    "cpu": _NUMBER,
}
_NUMBERS |= {"gui_start": _NUMBER, "memory": (int,), "processes": (int,)}  # all others are text
_EVENT, _OF_SAMPLE = ([_NUMBERS.get(name, str) for name in fields] for fields in (Event._fields, Sample._fields))
_NAMES = ", ".join(Event._fields)
_INSERT = f"INSERT INTO events ({_NAMES}) VALUES ({', '.join('?' * len(Event._fields))})"  # noqa: S608  our own names
_SAMPLE = ", ".join(Sample._fields)
_INSERT_SAMPLE = f"INSERT INTO samples ({_SAMPLE}) VALUES ({', '.join('?' * len(Sample._fields))})"  # noqa: S608

# By paths, in a process that uses it often: the connection that stays open, and the inodes of the files that it has.
_staying: dict[str, tuple[sqlite3.Connection, list[_Inode]]] | None = None


def stay_open() -> None:
    """For a process that adds often, and those that it forks: to open the history takes ten times as long as to add.

    Nothing else in such a process opens these files: to close any descriptor of a file drops all of a process's locks
    on it, and SQLite's are of that kind (seen as "disk I/O error").
    """
    global _staying
    _staying = {}


class History:
    def __init__(self, folder: str, timeout: float = 0.5) -> None:
        self.path = os.path.join(folder, FILE)
        self._inode: _Inode = None  # of the file that was opened last
        self.timeout = timeout  # seconds to wait for another writer; a hook has no more

    def add(self, events: Sequence[Event]) -> None:
        """Raises StateError when the database is locked, broken or full."""
        if events:
            self._run(lambda database: database.executemany(_INSERT, events))

    def find(self, where: str, parameters: Sequence[Any], limit: int = 1000) -> list[Event]:
        """Newest first. `where` is ours; whatever comes from outside goes into `parameters`."""
        if not os.path.exists(self.path):
            return []
        query = f"SELECT {_NAMES} FROM events WHERE {where} ORDER BY at DESC, id DESC LIMIT {limit:d}"  # noqa: S608
        rows = self._run(lambda db: db.execute(query, parameters).fetchall())
        return [Event(*row) for row in rows if _is_sound(row, _EVENT)]

    def about(self, session: str, limit: int) -> list[Event]:
        """Of it and its views, newest first. Each of the two has an index, both together have none."""
        if not os.path.exists(self.path):
            return []

        def work(database: sqlite3.Connection) -> list[tuple[Any, ...]]:
            found: dict[int, tuple[Any, ...]] = {}
            for where in ("session = ?", "parent = ? AND parent != ''"):
                query = f"SELECT id, {_NAMES} FROM events WHERE {where} ORDER BY at DESC, id DESC LIMIT {limit:d}"  # noqa: S608
                found |= {row[0]: row for row in database.execute(query, (session,))}
            return sorted(found.values(), key=lambda row: (row[1], row[0]), reverse=True)[:limit]

        return [Event(*row[1:]) for row in self._run(work) if _is_sound(row[1:], _EVENT)]

    def numbered(self, since: int, newest: int) -> list[tuple[int, Event]]:
        """Those with larger numbers than `since`, up to `newest`, in their order."""
        if not os.path.exists(self.path):
            return []
        query = f"SELECT id, {_NAMES} FROM events WHERE id > ? AND id <= ? ORDER BY id"  # noqa: S608
        rows = self._run(lambda db: db.execute(query, (since, newest)).fetchall())
        return [(row[0], Event(*row[1:])) for row in rows if _is_sound(row[1:], _EVENT)]

    def numbers(self) -> tuple[int, int]:
        """The number of its last line, and of the last one of those that were forgotten."""
        query = "SELECT (SELECT COALESCE(MAX(id), 0) FROM events), (SELECT MAX(forgotten) FROM keeping)"
        if not os.path.exists(self.path):
            return (0, 0)
        found: tuple[int, int] = self._run(lambda database: database.execute(query).fetchone())
        return found

    def within(self, work: Callable[[sqlite3.Connection], Answer], *, writes: bool = False) -> Answer:
        """What `work` says, of one state of the database; where it `writes`, all of that is done or nothing.

        Where there is no history yet none is made: what it says is of an empty one.
        """

        def begun(database: sqlite3.Connection) -> Answer:
            database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            return work(database)

        found: Answer = self._run(begun) if os.path.exists(self.path) else _of_nothing(work)
        return found

    def outside(self, work: Callable[[sqlite3.Connection], bool]) -> bool:
        """The same for what SQLite does outside of transactions alone; False where there is no history."""
        return os.path.exists(self.path) and bool(self._run(work))

    def add_samples(self, samples: Sequence[Sample], keep_from: float) -> None:
        """And forget those from before `keep_from`. Raises StateError as `add` does."""

        def work(database: Any) -> None:
            database.execute("DELETE FROM samples WHERE at < ?", (keep_from,))
            database.executemany(_INSERT_SAMPLE, samples)

        self._run(work)

    def samples(self, since: float) -> list[Sample]:
        """Oldest first."""
        if not os.path.exists(self.path):
            return []
        query = f"SELECT {_SAMPLE} FROM samples WHERE at >= ? ORDER BY at, id"  # noqa: S608
        rows = self._run(lambda database: database.execute(query, (since,)).fetchall())
        return [Sample(*row) for row in rows if _is_sound(row, _OF_SAMPLE)]

    def _run(self, work: Any) -> Any:
        text: Any = str
        deadline = time.monotonic() + self.timeout
        while True:
            try:
                return self._once(work, text)
            except sqlite3.OperationalError as error:  # locked, full, not to be opened
                # Somebody's bytes that are no UTF-8. Asked again behind this: until then what was asked is not over,
                # and its connection open, whose locks go with any other descriptor that is closed.
                if "decode" in str(error) and text is str:
                    text = _decoded  # of each text, which takes three times as long
                    continue
                # SQLite does not wait for a lock itself while the database becomes a WAL one.
                if not _is_locked(error) or time.monotonic() > deadline:
                    raise StateError(f"cannot use the history {self.path}: {error}") from None
                time.sleep(0.005)
            except sqlite3.DatabaseError as error:
                if said := self._set_aside():
                    raise StateError(f"the history {self.path} is corrupt ({error}); {said}") from None

    def _once(self, work: Any, text: Any) -> Any:
        database = self._kept() or self._opened()
        database.text_factory = text
        try:
            with database:
                return work(database)
        except BaseException:
            self._leave()
            raise
        finally:
            if _staying is None:
                database.close()

    def _kept(self) -> sqlite3.Connection | None:
        if not _staying or self.path not in _staying:
            return None
        database, files = _staying[self.path]
        if files == _files(self.path):
            database.execute(f"PRAGMA busy_timeout = {self.timeout * 1000:.0f}")
            return database
        self._leave()
        return None

    def _leave(self) -> None:
        if _staying and self.path in _staying:
            _staying.pop(self.path)[0].close()

    def _opened(self) -> sqlite3.Connection:
        self._make_ours()
        database = sqlite3.connect(self.path, timeout=self.timeout)
        try:
            if not os.path.getsize(self.path):
                database.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only a new one can be told so
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            if database.execute("PRAGMA user_version").fetchone()[0] < _STEPS:
                from viewsync.store.history_migrations import migrate

                migrate(database)
        except BaseException:
            database.close()
            raise
        if _staying is not None:
            _staying[self.path] = database, _files(self.path)
        return database

    def _make_ours(self) -> None:
        """SQLite opens what is there, links and FIFOs too, and gives what it makes the mode of its main file."""
        for suffix in _PARTS:
            flags = os.O_RDWR if suffix else os.O_RDWR | os.O_CREAT
            try:
                handle = own_files.for_writing(self.path + suffix, flags)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StateError(f"cannot use the history {self.path}{suffix}: {error.strerror}") from None
            if not suffix:
                found = os.fstat(handle)
                self._inode = found.st_dev, found.st_ino
            os.close(handle)

    def _set_aside(self) -> str:
        """Never deleted. The next line of history begins a new one; "" where somebody else was faster, and it has."""
        from viewsync.store import aside

        new = f"{self.path}.corrupt-{int(time.time())}-{os.getpid()}"
        with aside.alone(os.path.dirname(self.path)):
            parts = [(suffix, aside.inode(self.path + suffix)) for suffix in ("", "-wal", "-shm")]
            if parts[0] != ("", self._inode):
                return ""
            try:
                os.rename(self.path, new)
            except OSError as error:
                return f"it cannot be set aside: {error.strerror}"
            for suffix, inode in parts[1:]:  # from now on they may be the new one's
                if inode and aside.inode(self.path + suffix) == inode:
                    with contextlib.suppress(OSError):
                        os.rename(self.path + suffix, new + suffix)
        return f"it was set aside as {new}"


def _files(path: str) -> list[_Inode]:
    from viewsync.store import aside

    return [aside.inode(path + suffix) for suffix in _PARTS[:3]]


def _of_nothing(work: Callable[[sqlite3.Connection], Answer]) -> Answer:
    from viewsync.store.history_migrations import migrate

    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        migrate(database)
        return work(database)


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _is_sound(row: Sequence[Any], kinds: Sequence[type | tuple[type, ...]]) -> bool:
    """SQLite holds whatever it is given in any column; and 1e999, which no calendar has and JSON cannot say."""
    numbers = (value for value in row if isinstance(value, (int, float)))
    return all(map(isinstance, row, kinds)) and all(abs(number) < _LATEST for number in numbers)


def _is_locked(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # Python 3.10 has nothing but the words
        return "locked" in str(error)
    return (int(code) & 0xFF) in (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
