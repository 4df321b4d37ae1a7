"""The table of views' lives says of any history what all of their events say, read anew."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.usage import views_counted_anew
from viewsync.events import BY_ITSELF, CLIENTLESS, Event
from viewsync.store.history_database import History
from viewsync.usage import folding, view_reporting
from viewsync.usage.rules import view_report
from viewsync.usage.rules.view_report import ViewThere
from viewsync.usage.summing import Stretch
from viewsync.usage.view_summing import SummedViews, ViewsNow, ViewSumming

if TYPE_CHECKING:
    from viewsync.usage.rules.view_report import ViewLife

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


def anew(lives: list[ViewLife], stretch: Stretch) -> SummedViews:
    """What ended with nobody there is no number of zeros: such parents are left out."""
    since, until = stretch.since, stretch.until
    parents = {
        parent: views_counted_anew.numbers([life for life in lives if life.parent == parent], since, until)
        for parent in {life.parent for life in lives}
    }
    days = [
        (label, views_counted_anew.numbers(lives, max(begin, since), min(end, until)))
        for label, begin, end in stretch.days
    ]
    return SummedViews(views_counted_anew.numbers(lives, since, until), days, parents)


def told(summed: SummedViews) -> SummedViews:
    """In an order that means nothing, and without lines that nobody prints."""
    for numbers in [summed.total, *(numbers for _, numbers in summed.days), *summed.parents.values()]:
        numbers.lifetimes.sort()
        numbers.delays.sort()
    return summed._replace(parents={name: part for name, part in summed.parents.items() if not part.empty})


@pytest.mark.parametrize(("since", "parent"), [(0.0, ""), (1500.0, ""), (1500.0, "proj")])
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(events, max_size=10), max_size=3), st.lists(events, max_size=2), there, st.sampled_from([1, 100])
)
def test_the_table_says_what_the_events_say(
    since: float,
    parent: str,
    added: list[list[Event]],
    unwritten: list[Event],
    views: dict[tuple[str, str, str], ViewThere],
    at_once: int,
) -> None:
    """Told in any order, bit by bit, and also after its end. A day has 700 seconds here."""
    starts = [since + 700 * number for number in range(13)] if since else []
    stretch = Stretch(since, NOW + 1, [(f"day {start:.0f}", start, start + 700) for start in starts])
    unread = [("/s", "2.2", "v")]
    with tempfile.TemporaryDirectory() as folder:
        history = History(folder)
        for some in added:
            history.add(some)
            while history.within(lambda database: folding.step(database, at_once), writes=True):
                pass
        now = ViewsNow(views, unread, unwritten, NOW)
        by_table = history.within(lambda database: ViewSumming(database, stretch, now, parent).report())
        written = view_reporting.written(history)
    # Of a view that has ended there is nothing more to say, also by what is told late and not written yet.
    lives = view_report.lives([*written, *unwritten], views, unread, NOW)
    expected = anew([life for life in lives if not parent or life.parent == parent], stretch)
    assert told(by_table) == told(expected)
