"""The history is kept as long and as large as the settings say; what the kept span needs stays."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from viewsync.context import Context
from viewsync.events import Event
from viewsync.store import history_keeping
from viewsync.store.history_database import History
from viewsync.usage import keeping, reporting

if TYPE_CHECKING:
    from tests.support.server import Home

NOW = 2_000_000_000.0
DAY = 86400.0


def event(days_ago: float, kind: str, name: str = "web", **more: object) -> Event:
    return Event(NOW - days_ago * DAY, kind, "kill", "/s", "1.1", name)._replace(**more)  # type: ignore[arg-type]


def context(home: Home, now: float = NOW, **env: str) -> Context:
    return Context(
        {**home.env, **{f"VIEWSYNC_{name.upper()}": value for name, value in env.items()}}, clock=lambda: now
    )


def add(home: Home, *events: Event) -> History:
    history = context(home).history
    history.add(events)
    return history


def kept(home: Home) -> list[tuple[str, str]]:
    return [(found.session, found.event) for found in History(home.state).find("1", (), 10**6)[::-1]]


OLD = (event(500, "create", "old"), event(450, "kill", "old"))
NEW = (event(3, "create"), event(2, "attach"), event(1, "detach", seconds=DAY), event(0.5, "kill"))


def test_what_is_older_than_that_is_forgotten_and_the_rest_counts_as_before(home: Home) -> None:
    add(home, *OLD, *NEW)
    before = reporting.report(context(home), NOW - 7 * DAY)
    keeping.keep(context(home))
    assert kept(home) == [("web", kind) for kind in ("create", "attach", "detach", "kill")]
    assert reporting.report(context(home), NOW - 7 * DAY)[3:] == before[3:]
    assert reporting.report(context(home)).total.made == 1


@pytest.mark.parametrize(("setting", "left"), [("20h", 1), ("2.5", 3), ("36h", 2), ("0", 6), ("forever", 6)])
def test_as_the_setting_says(home: Home, setting: str, left: int) -> None:
    add(home, *OLD, *NEW)
    keeping.keep(context(home, history_keep=setting))
    assert len(kept(home)) == left


def test_what_a_session_began_with_stays_as_long_as_it_is_there(home: Home) -> None:
    """By any name that it had; what happened on it meanwhile goes."""
    with context(home).registry.change() as data:
        data["sessions"]["now"] = {"socket": "/s", "target": "now:0.0", "type": "shell", "pid": 1}
        data["views"]["v"] = {"socket": "/s", "server": "1.1", "parent": "now"}
    add(
        home,
        event(500, "create", "first"),
        event(490, "step", "first"),
        event(480, "rename", "first", detail="second"),
        event(470, "renamed", "second", detail="now"),
        event(460, "create", "other"),
        event(450, "open", "v", what="view", parent="now"),
        event(440, "open", "gone", what="view", parent="now"),
        *NEW,
    )
    keeping.keep(context(home))
    begun = [("first", "create"), ("first", "rename"), ("second", "renamed"), ("v", "open")]
    assert kept(home)[:4] == begun
    assert len(kept(home)) == len(begun) + len(NEW)


def test_the_last_line_stays_and_no_number_is_given_twice(home: Home) -> None:
    history = add(home, *OLD)
    keeping.keep(context(home, history_keep="10"))
    assert kept(home) == [("old", "kill")]
    assert history.numbers() == (2, 1)
    history.add(NEW)
    keeping.keep(context(home, history_keep="10"))
    assert history.numbers() == (6, 2)
    assert reporting.report(context(home)).total.made == 1


def test_many_lines_go_a_thousand_at_a_time_and_the_file_gets_smaller(home: Home) -> None:
    history = add(home, *(event(500 - number / 1000, "step", reason="x" * 500) for number in range(10_000)), *NEW)
    before = os.path.getsize(history.path)
    forgotten = history.within(lambda database: history_keeping.forget(database, NOW - 400 * DAY, ()), writes=True)
    assert forgotten == 1000
    keeping.keep(context(home))
    while len(kept(home)) > len(NEW) or history.outside(history_keeping.shrink):
        keeping.keep(context(home))  # a round takes a moment at most
    assert os.path.getsize(history.path) < before / 2


def test_a_file_that_an_older_viewsync_made_gets_smaller_too(home: Home) -> None:
    history = context(home).history
    with sqlite3.connect(history.path) as database:
        database.execute("CREATE TABLE of_theirs (x)")
    database.close()
    os.chmod(history.path, 0o600)
    test_many_lines_go_a_thousand_at_a_time_and_the_file_gets_smaller(home)


def test_the_oldest_goes_first_where_there_is_too_much(home: Home) -> None:
    history = add(home, *(event(300 - number / 1000, "step", f"s{number}", reason="x" * 500) for number in range(8000)))
    while history.within(history_keeping.bytes_used) > 2 * 2**20:
        keeping.keep(context(home, history_size="2MB"))
    left = kept(home)
    assert 500 < len(left) < 8000
    assert left == [(f"s{number}", "step") for number in range(8000 - len(left), 8000)]


def test_too_small_a_size_ends(home: Home) -> None:
    add(home, *OLD, *NEW)
    keeping.keep(context(home, history_size="1KB"))
    assert len(kept(home)) == len(NEW)


@pytest.mark.parametrize("before", [True, False])
def test_a_clock_that_is_far_ahead_costs_little(home: Home, before: bool) -> None:
    """Nor does it where it is so when a history is first looked at."""
    add(home, *NEW)
    if before:
        keeping.keep(context(home))
    keeping.keep(context(home, NOW + 3000 * DAY))
    assert len(kept(home)) == len(NEW)


@pytest.mark.parametrize(
    ("name", "value"),
    [("keep", "soon"), ("keep", "-1"), ("keep", "4w"), ("size", "big"), ("size", "12"), ("size", "-1MB")],
)
def test_a_value_that_is_none(home: Home, name: str, value: str) -> None:
    done = home.viewsync("sweeper", "once", env={f"VIEWSYNC_HISTORY_{name.upper()}": value})
    assert f"VIEWSYNC_HISTORY_{name.upper()}: history_{name} must be a" in done.err
    assert done.err.count("\n") == 1


def test_the_sweeper_does_it(home: Home) -> None:
    add(home, *OLD, Event(2e9, "create", "person", "/s", "1.1", "web"))
    assert home.viewsync("sweeper", "once", env={"VIEWSYNC_HISTORY_KEEP": "10"}).code == 0
    assert len(kept(home)) == 3
    assert home.viewsync("sweeper", "once").code == 0
