"""The tables of lives say of any history what all of its events say, read anew."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.usage import counted_anew
from viewsync.events import Event, Sample
from viewsync.store.history_database import History
from viewsync.usage import folding, reporting
from viewsync.usage.rules.report import EVENTS, RegisteredSession
from viewsync.usage.summing import Stretch, Summing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Lines = dict[str, tuple[Any, ...]]


NOW = 100_000_000.0  # 1973
DAY = 86400.0
names = st.sampled_from(["a", "b", "c", "d"])
sockets = st.sampled_from(["/s", "/t"])
projects = st.sampled_from(["", "x", "y"])
times = st.integers(1, 40).map(lambda number: NOW - 3 * DAY + number * 9000.0)  # some of them are ahead of us
events = st.builds(
    lambda at, event, session, socket, project, parent, seconds, detail, trigger: Event(
        at, event, trigger, socket, "1.1", session, parent, project=project, seconds=seconds, detail=detail
    ),
    times,
    st.sampled_from([*EVENTS, *EVENTS[:5], "open"]),
    names,
    sockets,
    projects,
    st.sampled_from(["", "x"]),
    st.sampled_from([None, 0.0, 100.0, 20000.0]),
    st.one_of(st.just(""), names),
    st.sampled_from(["person", "outside", "kill"]),
)
samples = st.builds(
    lambda at, session, socket, project, cpu: Sample(at, socket, "1.1", session, project, cpu, int(cpu), 1),
    times,
    names,
    sockets,
    projects,
    st.sampled_from([1.0, 5.0, 900.0]),
)
registered = st.builds(
    lambda socket, name, project, created, there: RegisteredSession(socket, name, project, created, there, True, False),
    sockets,
    names,
    projects,
    st.one_of(st.just(0.0), times.filter(lambda at: at <= NOW)),
    st.booleans(),
)


class Case:
    def __init__(self, history: History, live: Sequence[RegisteredSession], since: float) -> None:
        self.live = live
        self.since = since
        self.history = history
        self.samples = history.samples(max(0.0, since - 3600))
        self.days = reporting.days(since, NOW) if since else []

    def by_tables(self, project: str) -> dict[str, Lines]:
        folding.fold(self.history)
        stretch = Stretch(self.since, NOW + 1, self.days)
        found = self.history.within(
            lambda database: Summing(database, stretch, self.live, self.samples, NOW).report(project, by_session=True)
        )
        return {
            "total": told({"": found.total.numbers()}),
            "day": told({label: tally.numbers() for label, tally in found.days}),
            "project": told({label: tally.numbers() for label, tally in found.projects.items()}),
            "session": told({label: tally.numbers() for label, tally in found.sessions.items() if label}),
        }

    def anew(self, project: str) -> dict[str, Lines]:
        kinds = ", ".join("?" * len(EVENTS))
        events = self.history.find(f"what = 'session' AND event IN ({kinds})", EVENTS, 10**6)[::-1]
        seen = {(sample.socket, sample.session): sample.at for sample in self.samples}
        live = [counted_anew.RegisteredSession(*session) for session in self.live]
        lives = counted_anew.lives(events, live, seen, NOW)
        marks, used = counted_anew.marks(events), counted_anew.used(self.samples, lives)
        facts = counted_anew.UsageFacts(lives, marks, used)
        if project:
            facts = facts.of_project(project)
        numbers, since, until = counted_anew.numbers, self.since, NOW + 1
        return {
            "total": told({"": numbers(facts, since, until)}),
            "day": told({label: numbers(facts, max(begin, since), min(end, until)) for label, begin, end in self.days}),
            "project": told({label: numbers(facts.of_project(label), since, until) for label in facts.projects()}),
            "session": told({label: numbers(facts.of_session(label), since, until) for label in facts.sessions()}),
        }


def told(lines: Mapping[str, tuple[Any, ...]]) -> Lines:
    """Without lines of zeros, which are as good as none, and without the last bits of sums."""
    rounded = {
        label: tuple(round(number, 3) if isinstance(number, float) else number for number in numbers)
        for label, numbers in lines.items()
    }
    return {label: numbers for label, numbers in rounded.items() if any(numbers)}


def nobody_saw_it_begin() -> list[Event]:
    """Somebody was on it before the time that is asked for, and it ended in it."""
    left = Event(NOW - 3 * DAY + 9000.0, "detach", "hook", "/s", "1.1", "a", seconds=100.0)
    return [left, Event(NOW - DAY, "kill", "person", "/s", "1.1", "a")]


@settings(max_examples=60, deadline=None)
@example([nobody_saw_it_begin()], [], [], NOW - 2 * DAY, "", 1000)
@given(
    st.lists(st.lists(events, max_size=12), max_size=4),
    st.lists(samples, max_size=6),
    st.lists(registered, max_size=4, unique_by=lambda session: (session.socket, session.name)),
    st.sampled_from([0.0, NOW - 2 * DAY, NOW - 5000.0]),
    st.sampled_from(["", "x"]),
    st.sampled_from([1, 3, 1000]),
)
def test_the_tables_say_what_the_events_say(
    added: list[list[Event]],
    measured: list[Sample],
    live: list[RegisteredSession],
    since: float,
    project: str,
    at_once: int,
) -> None:
    """Events in any order of their times, added bit by bit, with ends that nobody saw, and renames in circles."""
    with tempfile.TemporaryDirectory() as folder:
        history = History(folder)
        history.add_samples(measured, 0.0)
        for some in added:
            history.add(some)
            while history.within(lambda database: folding.step(database, at_once), writes=True):
                pass
        case = Case(history, live, since)
        anew = case.anew("")
        assert case.by_tables("") == anew
        if project in anew["project"]:
            assert case.by_tables(project) == case.anew(project)
