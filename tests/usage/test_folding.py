"""Folding in: by several processes at once, one of which is killed, and of what an older viewsync wrote."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.store.support import python, start
from viewsync.events import Event
from viewsync.store.history_database import History
from viewsync.usage import folding

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

FOLD = """
from viewsync.store.history_database import History
from viewsync.usage import folding
print("ready", flush=True)
sys.stdin.readline()
history = History(sys.argv[1], timeout=60)
folding._PATIENCE = 60.0
for number in range(10**9):
    more = history.within(lambda database: folding.step(database, 7), writes=True)
    if not number:
        print("begun", flush=True)
    if not more:
        break
"""


def sessions(count: int) -> list[Event]:
    """Each comes, is used and goes, ten seconds apart."""
    kinds = ("create", "attach", "detach", "kill")
    return [
        Event(1000.0 + number * 10, kinds[number % 4], "kill", "/s", "1.1", f"s{number // 4 % 5}", project="app")
        for number in range(count * 4)
    ]


def tables(history: History) -> tuple[list[tuple[Any, ...]], ...]:
    def work(database: sqlite3.Connection) -> tuple[list[tuple[Any, ...]], ...]:
        lives = "SELECT session, project, began, made, ended, ender, attached FROM lives ORDER BY began"
        stays = "SELECT begin, end, open FROM stays ORDER BY begin"
        totals = "SELECT * FROM life_totals WHERE lives"
        return tuple(database.execute(query).fetchall() for query in (lives, stays, totals))

    return history.within(work)


def test_several_at_once_fold_each_event_once_also_where_one_is_killed(tmp_path: Path) -> None:
    history = History(str(tmp_path), timeout=60)
    history.add(sessions(250))
    processes = [start(python(FOLD, str(tmp_path))) for _ in range(3)]
    for process in processes:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
    first, *others = processes
    assert first.stdout
    assert first.stdout.readline() == "begun\n"
    first.kill()
    first.communicate(timeout=60)
    assert [process.communicate(timeout=120)[1] for process in others] == ["", ""]
    folding.fold(history)
    lives, stays, totals = tables(history)
    assert len(lives) == len(stays) == 250
    assert {(ended - began, attached, ender) for _, _, began, _, ended, ender, attached in lives} == {
        (30.0, 10.0, "killed")
    }
    assert totals == [("app", "killed", 250, 250, 7500.0, 2500.0, 250, 7500.0)]


@pytest.mark.parametrize("known", [3, 4])
def test_what_an_older_viewsync_wrote_is_folded_in(tmp_path: Path, known: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before there were tables, and beside them: it knows nothing of them, and leaves them alone."""
    from viewsync.store import history_migrations

    history = History(str(tmp_path))
    if known == 4:
        history.add(sessions(2))
        folding.fold(history)
    with monkeypatch.context() as older:
        older.setattr(history_migrations, "MIGRATIONS", history_migrations.MIGRATIONS[:3])
        History(str(tmp_path)).add([event._replace(session=f"{event.session}-2") for event in sessions(3)])
    folding.fold(history)
    lives, _, totals = tables(history)
    assert len(lives) == totals[0][2] == (5 if known == 4 else 3)
    database = sqlite3.connect(os.path.join(tmp_path, "history.db"))
    assert database.execute("PRAGMA user_version").fetchone() == (len(history_migrations.MIGRATIONS),)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
