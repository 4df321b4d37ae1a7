"""The history: locked, corrupt or new, it never stops a verb."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.store.support import python, start, together
from tests.support.wait import until
from viewsync.errors import StateError
from viewsync.events import Event, Sample
from viewsync.store import history_database, history_migrations
from viewsync.store.history_database import History

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.support.server import Home, Server

EVENT = Event(1.5, "open", "person", "/s", "1.2", "v", "proj", "@1", 7, "/dev/pts/1", "because '; DROP TABLE events")

ADD = """
from viewsync.store.history_database import History
from viewsync.events import Event
print("ready", flush=True)
sys.stdin.read()
History(sys.argv[1], timeout=20).add([Event(1.0, "open", "t", "/s", "1.2", sys.argv[2])])
"""

HOLD = """
import sqlite3
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def log(home: Home) -> str:
    with open(os.path.join(home.state, "log", "viewsync.log"), encoding="utf-8") as file:
        return file.read()


def closed(server: Server) -> str:
    """A view whose tab is gone, with nothing that cleans it up."""
    tab, view = server.open("proj", env={"VIEWSYNC_HOOKS": "0"})
    tab.hang_up()
    until(lambda: server.show(f"={view}:", "#{session_attached}") == "0", "the detach")
    return view


def test_what_is_added_is_found_newest_first(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    assert history.find("1", ()) == []
    history.add([EVENT, EVENT._replace(at=3.0, session="w")])
    history.add([])
    assert [event.session for event in history.find("1", ())] == ["w", "v"]
    assert history.find("session = ?", ("v",)) == [EVENT]
    assert len(history.find("1", (), limit=1)) == 1


def test_a_sweep_writes_down_what_it_did_and_why(server: Server, home: Home) -> None:
    view = closed(server)
    home.viewsync("sweep")
    events = History(home.state).find("session = ?", (view,))
    assert events[0].event == "end"
    assert events[0].reason == "orphan: nobody is on it"
    assert (events[0].parent, events[0].trigger, events[0].socket) == ("proj", "person", server.socket)


def test_a_locked_history_does_not_stop_a_sweep(server: Server, home: Home) -> None:
    view = closed(server)
    History(home.state).add([EVENT])
    holder = start(python(HOLD, os.path.join(home.state, "history.db")))
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    done = home.viewsync("sweep", "--json")
    assert (done.code, done.json()["ended"]) == (0, 1)
    assert server.sessions() == ["proj"]
    assert "database is locked; not recorded" in log(home)
    assert view in log(home)
    holder.communicate(timeout=60)


@pytest.mark.parametrize(
    "content", [b"this is no database, and it is long enough to be seen as none" * 20, b"\0" * 4096]
)
def test_a_corrupt_history_stops_no_sweep_and_is_set_aside(server: Server, home: Home, content: bytes) -> None:
    closed(server)
    path = os.path.join(home.state, "history.db")
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)
    with open(path, "wb") as file:
        file.write(content)
    done = home.viewsync("sweep", "--json")
    assert (done.code, done.json()["ended"]) == (0, 1)
    assert server.sessions() == ["proj"]
    if content.strip(b"\0"):
        assert "not recorded" in log(home)
        (aside,) = [name for name in os.listdir(home.state) if name.startswith("history.db.corrupt-")]
        with open(os.path.join(home.state, aside), "rb") as file:
            assert file.read() == content
        server.open("proj")
        assert until(lambda: os.path.exists(path), "a new history")


def test_a_corrupt_history_is_an_error_for_who_asks_it(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes(b"no database " * 400)
    with pytest.raises(StateError, match=r"is corrupt \(.*\); it was set aside as"):
        History(str(tmp_path)).find("1", ())


def test_who_finds_it_corrupt_and_comes_late_keeps_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process has set it aside by then, and begun the new one."""
    (tmp_path / "history.db").write_bytes(b"no database " * 400)
    late, once = History(str(tmp_path)), History._once

    def delayed(history: History, work: object, text: object) -> object:
        try:
            return once(history, work, text)
        except sqlite3.DatabaseError:
            if history is late and not list(tmp_path.glob("*.corrupt-*")):
                other = python(ADD, str(tmp_path), "other")
                assert together([start(other)])  # it sets it aside, and says so
                assert together([start(other)]) == []
            raise

    monkeypatch.setattr(History, "_once", delayed)
    late.add([EVENT])
    assert {event.session for event in History(str(tmp_path)).find("1", ())} == {"other", EVENT.session}
    assert len(list(tmp_path.glob("*.corrupt-*"))) == 1


def test_concurrent_first_writers_migrate_once_and_all_write(tmp_path: Path) -> None:
    writers = [start(python(ADD, str(tmp_path), str(number))) for number in range(20)]
    assert together(writers) == []
    found = History(str(tmp_path)).find("1", ())
    assert {event.session for event in found} == {str(number) for number in range(20)}


STAY = """
from viewsync.errors import StateError
from viewsync.store import history_database
history_database.stay_open()
history = history_database.History(sys.argv[1], timeout=20)
print("ready", flush=True)
for number, line in enumerate(sys.stdin):
    try:
        history.add([Event(1.0, "open", "t", "/s", "1.2", f"{sys.argv[2]}-{number}")])
    except StateError as error:
        print("set aside" in error.message and -1, flush=True)
    else:
        print(len(history.find("1", (), 100000)), flush=True)
"""


def staying(folder: Path, name: str) -> subprocess.Popen[str]:
    process = start(python(f"from viewsync.events import Event\n{STAY}", str(folder), name))
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def told(process: subprocess.Popen[str]) -> int:
    """It adds one: how many it knows of."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def test_connections_that_stay_open_lose_nothing_beside_those_that_do_not(tmp_path: Path) -> None:
    stay = [staying(tmp_path, name) for name in "ab"]
    for number in range(60):
        assert [told(process) for process in stay] == [3 * number + 1, 3 * number + 2]
        History(str(tmp_path)).add([EVENT])  # whoever closes the last one has SQLite remove its log
    stay[0].kill()
    assert told(stay[1]) == 181
    for process in stay:
        process.communicate()
    assert len(History(str(tmp_path)).find("1", ())) == 181


@pytest.mark.parametrize("gone", ["moved", "removed", "broken", "exchanged", "without its log"])
def test_a_connection_that_stays_open_sees_that_its_files_are_others(tmp_path: Path, gone: str) -> None:
    process = staying(tmp_path, "a")
    assert [told(process), told(process)] == [1, 2]
    parts = [tmp_path / name for name in sorted(os.listdir(tmp_path)) if name.startswith("history.db")]
    assert len(parts) == 3
    if gone == "moved":
        parts[0].rename(tmp_path / "elsewhere")
    elif gone == "exchanged":
        other = tmp_path / "other"
        other.mkdir()
        History(str(other)).add([EVENT, EVENT, EVENT])
        for part in parts[1:]:
            part.unlink()
        (other / "history.db").rename(parts[0])
    elif gone == "broken":
        for part in parts:
            part.unlink()
        parts[0].write_bytes(b"no database" * 1000)
    else:
        for part in parts[1:] if gone == "without its log" else parts:
            part.unlink()
    if gone == "broken":
        assert told(process) == -1
    known = told(process)
    assert known == {"exchanged": 4, "without its log": known}.get(gone, 1)
    assert len(History(str(tmp_path)).find("1", ())) == known
    process.communicate()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "h.db")
    history_migrations.migrate(database)
    schema = list(database.execute("SELECT sql FROM sqlite_master"))
    history_migrations.migrate(database)
    assert list(database.execute("SELECT sql FROM sqlite_master")) == schema
    assert database.execute("PRAGMA user_version").fetchone() == (len(history_migrations.MIGRATIONS),)
    assert len(history_migrations.MIGRATIONS) == history_database._STEPS  # so that a writer looks at them
    database.close()


def test_a_step_that_fails_leaves_the_schema_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(database: sqlite3.Connection) -> None:
        database.execute("CREATE TABLE half (x)")
        raise sqlite3.OperationalError("disk I/O error")

    database = sqlite3.connect(tmp_path / "h.db")
    monkeypatch.setattr(history_migrations, "MIGRATIONS", (history_migrations.events, broken))
    with pytest.raises(sqlite3.OperationalError):
        history_migrations.migrate(database)
    assert list(database.execute("SELECT name FROM sqlite_master")) == []
    assert database.execute("PRAGMA user_version").fetchone() == (0,)
    database.close()


def test_a_history_of_the_first_schema_is_taken_over(tmp_path: Path) -> None:
    """Until then a parent meant a view."""
    database = sqlite3.connect(tmp_path / "history.db")
    history_migrations.events(database)
    old = "INSERT INTO events VALUES (NULL, 1, ?, 't', '/s', '1.2', ?, ?, '', 0, '', '')"
    database.executemany(old, [("end", "v", "proj"), ("end", "web", "")])
    database.execute("PRAGMA user_version = 1")
    database.commit()
    database.close()
    web, view = History(str(tmp_path)).find("1", ())
    assert (web.session, web.what, web.project, web.seconds, web.detail) == ("web", "session", "", None, "")
    assert (view.session, view.what) == ("v", "view")


def test_samples_are_kept_for_a_while(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    assert history.samples(0) == []
    first = Sample(100.0, "/s", "1.2", "web", "app", 1.5, 4096, 2)
    history.add_samples([first, first._replace(at=200.0)], 0)
    assert [sample.at for sample in history.samples(150)] == [200.0]
    history.add_samples([first._replace(at=300.0, cpu=2.0)], 200.0)
    assert [sample.at for sample in history.samples(0)] == [200.0, 300.0]
    assert history.samples(0)[0] == first._replace(at=200.0)
    history.add_samples([], 1000.0)
    assert history.samples(0) == []


def test_a_newer_history_is_left_alone(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "h.db")
    database.execute("PRAGMA user_version = 99")
    history_migrations.migrate(database)
    assert database.execute("PRAGMA user_version").fetchone() == (99,)
    assert list(database.execute("SELECT name FROM sqlite_master")) == []
    database.close()


def test_what_no_calendar_has_is_left_out(tmp_path: Path) -> None:
    history = History(str(tmp_path))
    history.add([EVENT, EVENT._replace(at=float("inf")), EVENT._replace(seconds=1e999), EVENT._replace(at=1e300)])
    assert history.find("1", ()) == [EVENT]
    sample = Sample(100.0, "/s", "1.2", "web", "app", 1.5, 4096, 2)
    history.add_samples([sample, sample._replace(cpu=float("inf")), sample._replace(at=1e999)], 0)
    assert history.samples(0) == [sample]
