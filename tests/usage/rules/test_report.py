"""The numbers of sessions' use: every life once, whatever the history missed or says twice."""

from __future__ import annotations

import tempfile

import pytest

from viewsync.events import Event, Sample
from viewsync.store.history_database import History
from viewsync.usage import folding
from viewsync.usage.rules import report
from viewsync.usage.rules.report import Life, Numbers, RegisteredSession, UsageFacts
from viewsync.usage.summing import Stretch, Summing

NOW = 1000.0


def event(at: float, kind: str, name: str = "web", **more: object) -> Event:
    return Event(at, kind, "test", "/s", "1.1", name)._replace(**more)  # type: ignore[arg-type]  # any field


def lives(
    *events: Event, live: tuple[RegisteredSession, ...] = (), seen: dict[tuple[str, str], float] | None = None
) -> list[Life]:
    return report.lives(events, live, seen or {}, NOW)


def alive(name: str = "web", project: str = "", created: float = 100.0, *, there: bool = True) -> RegisteredSession:
    return RegisteredSession("/s", name, project, created, there, there, False)


def sample(at: float, cpu: float, memory: int = 10, name: str = "web") -> Sample:
    return Sample(at, "/s", "1.1", name, "", cpu, memory, 1)


def numbers(
    *events: Event, since: float = 0.0, until: float = NOW, live: tuple[RegisteredSession, ...] = ()
) -> Numbers:
    """As `stats` and `analyze` have them: what is only counted, steps and errors, is in the history's tables alone."""
    stretch = Stretch(since, until, [("all of it", since, until)] if since else [])
    with tempfile.TemporaryDirectory() as folder:
        history = History(folder)
        history.add(events)
        folding.fold(history)
        summed = history.within(lambda database: Summing(database, stretch, live, [], NOW).report("", by_session=False))
    found = summed.total.numbers()
    assert [day.numbers() for _, day in summed.days] == ([found] if since else [])
    return found


def test_a_life_from_its_making_to_its_end() -> None:
    (life,) = lives(event(100, "create", project="app"), event(400, "kill"))
    assert (life.began, life.ended, life.by, life.project, life.made) == (100, 400, "killed", "app", True)


@pytest.mark.parametrize(
    ("kind", "trigger", "by"),
    [
        ("kill", "kill", "killed"),
        ("end", "cleanup", "cleaned up"),
        ("end", "sweeper", "cleaned up"),
        ("end", "outside", "by itself"),
        ("end", "kill", "killed"),
        ("end", "worktree", "killed"),
        ("gone", "sweeper", "by itself"),
        ("forget", "cleanup", "by itself"),
    ],
)
def test_who_ended_it(kind: str, trigger: str, by: str) -> None:
    (life,) = lives(event(100, "create"), event(400, kind, trigger=trigger))
    assert life.by == by


def test_an_end_that_is_told_twice_is_one() -> None:
    (life,) = lives(event(100, "create"), event(300, "gone"), event(350, "end"), event(400, "forget"))
    assert (life.ended, life.by) == (300, "by itself")


def test_a_name_is_used_again() -> None:
    first, second = lives(event(100, "create"), event(200, "kill"), event(300, "create"), event(500, "end"))
    assert [(life.began, life.ended) for life in (first, second)] == [(100, 200), (300, 500)]


def test_a_session_of_that_name_on_another_server_is_another_one() -> None:
    found = lives(event(100, "create"), event(150, "create", socket="/other"), event(200, "kill"))
    assert {(life.socket, life.ended, life.by) for life in found} == {
        ("/s", 200, "killed"),
        ("/other", 150, "by itself"),
    }


def test_one_that_takes_a_name_that_was_heard_of_before_does_not_end_before_it_began() -> None:
    (life,) = lives(event(100, "create", "new"), event(300, "create", "old"), event(400, "rename", "old", detail="new"))
    assert (life.session, life.began, life.ended) == ("new", 300, 400)


@pytest.mark.parametrize("kind", ["rename", "renamed"])
def test_a_rename_goes_on_with_the_same_life(kind: str) -> None:
    (life,) = lives(event(100, "create"), event(200, kind, detail="api"), event(300, "kill", "api"))
    assert (life.session, life.began, life.ended) == ("api", 100, 300)


def test_what_nobody_saw_begin() -> None:
    """A row of the shell tools, or of before the history was kept."""
    (known,) = lives(event(500, "gone", seconds=200.0))
    assert (known.began, known.ended, known.made) == (300, 500, False)
    (unknown,) = lives(event(500, "kill"))
    assert (unknown.began, unknown.ended) == (0, 500)
    assert numbers(event(500, "kill")).alive == 0
    assert lives(event(500, "forget")) == []


def test_what_nobody_saw_end_lasted_until_it_was_last_heard_of() -> None:
    made = event(100, "create")
    (life,) = lives(made, event(150, "attach"), event(170, "detach"))
    assert (life.ended, life.by) == (170, "by itself")
    (life,) = lives(made, seen={("/s", "web"): 260.0})
    assert life.ended == 260
    (life,) = lives(made, live=(alive(there=False),), seen={("/s", "web"): 260.0})
    assert life.ended == 260


def test_what_is_there_goes_on() -> None:
    (life,) = lives(event(100, "create"), live=(alive(project="app"),))
    assert (life.ended, life.by, life.project) == (None, "", "app")
    (never_seen,) = lives(live=(alive(created=700),))
    assert (never_seen.began, never_seen.made) == (700, False)


def test_time_attached_is_told_by_pairs_and_ends_with_the_session() -> None:
    (life,) = lives(
        event(100, "create"),
        event(200, "attach"),
        event(250, "detach", seconds=50.0),
        event(290, "detach", seconds=10.0),
        event(300, "attach"),
        event(400, "kill"),
    )
    assert list(life.attached) == [(200, 250), (280, 290), (300, 400)]
    (there,) = lives(event(100, "create"), event(900, "attach"), live=(alive(),))
    assert list(there.attached) == [(900, NOW)]


def test_numbers_of_a_stretch_of_time() -> None:
    events = (
        event(100, "create", "a"),
        event(150, "attach", "a"),
        event(200, "create", "b", project="app"),
        event(300, "kill", "a"),
        event(320, "step", "b", project="app", seconds=2.0),
        event(330, "step-failed", "b", parent="app"),
        event(340, "error", "c"),
        event(500, "end", "b"),
    )
    found = numbers(*events, since=250, until=400)
    assert (found.sessions, found.made, found.ended) == (2, 0, {"killed": 1})
    assert (found.lifetime, found.median) == (200, 200)
    assert (found.alive, found.attached) == (50 + 150, 50)
    assert (found.steps, found.failed, found.errors) == (2, 1, 1)
    assert numbers(*events, since=600, until=700).empty


def test_what_ends_just_when_a_stretch_does_belongs_to_the_next_one() -> None:
    events = (event(100, "create"), event(300, "kill"))
    assert numbers(*events, since=200, until=300).ended == {}
    assert numbers(*events, since=300, until=400).ended == {"killed": 1}


def test_the_median() -> None:
    assert report.median([]) is None
    assert report.median([5, 1, 3]) == 3
    assert report.median([1, 2, 3, 10]) == 2.5


def test_processor_time_is_what_came_between_two_samples() -> None:
    (life,) = lives(event(100, "create"), live=(alive(),))
    used = report.used(
        [sample(160, 3.0), sample(220, 5.0), sample(280, 4.0, 99), sample(340, 4.5)], report.beginnings([life])
    )
    assert [use.cpu for use in used] == [3.0, 2.0, 0.0, 0.5]
    found = report.numbers(UsageFacts([life], used), 200, 300)
    assert (found.cpu, found.memory) == (2.0, 99)


def test_the_first_sample_of_an_old_session_tells_nothing() -> None:
    assert [use.cpu for use in report.used([sample(5000, 900.0), sample(5060, 901.0)], {})] == [0.0, 1.0]
    (life,) = lives(event(100, "create"), live=(alive(),))
    assert [use.cpu for use in report.used([sample(9000, 900.0)], report.beginnings([life]))] == [0.0]
