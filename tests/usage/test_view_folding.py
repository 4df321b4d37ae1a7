"""The table of views' lives says of any history what all of their events say, read anew."""

from __future__ import annotations

import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viewsync.events import BY_ITSELF, CLIENTLESS, Event
from viewsync.store.history_database import History
from viewsync.usage import folding, view_folding, view_reporting
from viewsync.usage.rules import view_report
from viewsync.usage.rules.view_report import ViewThere

NOW = 10_000.0
names = st.sampled_from(["v", "w", "x"])
events = st.builds(
    lambda at, event, session, server, parent, seconds, reason, detail: Event(
        at, event, "hook", "/s", server, session, parent, reason=reason, seconds=seconds, detail=detail, what="view"
    ),
    st.integers(1, 30).map(lambda number: number * 100.0),
    st.sampled_from([*view_report.EVENTS, "lost"]),
    names,
    st.sampled_from(["1.1", "2.2"]),
    st.sampled_from(["proj", "mail", ""]),
    st.sampled_from([None, 0.0, 50.0]),
    st.sampled_from(["", CLIENTLESS, "its tmux server is gone"]),
    st.sampled_from(["", BY_ITSELF]),
)
there = st.dictionaries(
    st.tuples(st.just("/s"), st.just("1.1"), names),
    st.builds(ViewThere, st.sampled_from(["proj", "mail"]), st.sampled_from([0.0, 500.0]), st.booleans()),
)


@pytest.mark.parametrize("since", [0.0, 1500.0])
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(events, max_size=10), max_size=3), st.lists(events, max_size=2), there, st.sampled_from([1, 100])
)
def test_the_table_says_what_the_events_say(
    since: float,
    added: list[list[Event]],
    unwritten: list[Event],
    views: dict[tuple[str, str, str], ViewThere],
    at_once: int,
) -> None:
    """Told in any order, bit by bit, and also after its end."""
    with tempfile.TemporaryDirectory() as folder:
        history = History(folder)
        for some in added:
            history.add(some)
            while history.within(lambda database: folding.step(database, at_once), writes=True):
                pass
        known = history.within(lambda database: view_folding.read(database, since, unwritten))
        unread = [("/s", "2.2", "v")]
        by_table = view_report.by_now(known, views, unread, NOW)
        anew = view_report.lives([*view_reporting.written(history), *unwritten], views, unread, NOW)
    found, expected = (view_report.numbers(lives, since, NOW + 1) for lives in (by_table, anew))
    for numbers in (found, expected):
        numbers.lifetimes.sort()
        numbers.delays.sort()
    assert found == expected
    if not since:
        assert {life.parent for life in by_table} == {life.parent for life in anew}
