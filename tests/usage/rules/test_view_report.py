"""The views' own life in numbers: what is known is counted, what is not known is said to be unknown."""

from __future__ import annotations

from viewsync.events import BY_ITSELF, CLIENTLESS, ORPHAN, SERVER_GONE, Event
from viewsync.usage.rules import view_report
from viewsync.usage.rules.view_report import ViewEnd, ViewNumbers, ViewThere


def event(at: float, kind: str, name: str = "v1", **more: object) -> Event:
    return Event(at, kind, "sweeper", "/s", "1.1", name, parent="proj", what="view")._replace(**more)  # type: ignore[arg-type]  # any field


def numbers(
    *events: Event, there: dict[str, ViewThere] | None = None, unread: tuple[str, ...] = (), since: float = 0.0
) -> ViewNumbers:
    now = 10_000.0
    known = {("/s", "1.1", name): view for name, view in (there or {}).items()}
    lives = view_report.lives(events, known, [("/s", "1.1", name) for name in unread], now)
    return view_report.numbers(lives, since, now + 1)


def test_what_was_opened_reused_and_ended_by_what() -> None:
    found = numbers(
        event(100, "open", reason="client 5 is on it"),
        event(120, "detach"),
        event(130, "reuse"),
        event(190, "detach"),
        event(200, "end", reason=ORPHAN, seconds=101.0),
        event(150, "open", "v2", trigger="hook"),
        event(160, "end", "v2", trigger="hook", detail=BY_ITSELF, reason=ORPHAN),
        event(170, "open", "v3"),
        event(180, "gone", "v3", reason="somebody else ended it"),
        event(170, "open", "v4"),
        event(185, "gone", "v4", reason=SERVER_GONE),
    )
    assert (found.opened, found.reused, found.ended, found.most) == (4, 1, 4, 3)
    assert set(found.ends) == {
        ViewEnd("sweeper", "end", ORPHAN),
        ViewEnd("tmux", "end", ORPHAN),
        ViewEnd("somebody else", "gone", "somebody else ended it"),
        ViewEnd("the server's end", "gone", SERVER_GONE),
    }
    assert sorted(found.lifetimes) == [10, 10, 15, 101]
    assert (found.delays, found.at_once, found.delay_unknown) == ([10], 1, 0)


def test_what_nobody_saw_is_unknown() -> None:
    at_the_same_look = numbers(event(100, "open"), event(200, "detach"), event(200, "end", reason=ORPHAN))
    assert (at_the_same_look.delays, at_the_same_look.delay_unknown) == ([], 1)
    of_an_older_version = numbers(event(200, "detach"), event(230, "end", reason=ORPHAN))
    assert (of_an_older_version.lifetimes, of_an_older_version.lifetime_unknown) == ([], 1)
    assert of_an_older_version.delays == [30]
    lost = numbers(event(100, "open"), event(150, "reuse"))
    assert (lost.ended, lost.end_unknown, lost.lifetimes, lost.most) == (0, 1, [], 1)


def test_a_view_that_never_had_a_client_had_none_to_lose() -> None:
    found = numbers(event(100, "open", reason=CLIENTLESS), event(130, "end", reason=ORPHAN, seconds=30.0))
    assert (found.ended, found.at_once, found.delays, found.delay_unknown) == (1, 0, [], 0)


def test_who_looks_as_tmux_ends_a_view_sees_no_delay() -> None:
    """Of that end the second is known. What was seen before it is what tmux waited for."""
    end = event(200.999, "end", reason=ORPHAN, detail=BY_ITSELF, trigger="hook")
    for seen in (199.5, 200.3):
        found = numbers(event(100, "open"), event(seen, "detach"), end)
        assert (found.at_once, found.delays, found.delay_unknown) == (1, [], 0), seen
    found = numbers(event(100, "open"), event(140.999, "detach"), end)
    assert (found.at_once, [round(delay) for delay in found.delays]) == (0, [60])


def test_what_is_written_twice_counts_once() -> None:
    both = (event(100, "open"), event(120, "end", reason=ORPHAN, trigger="hook", detail=BY_ITSELF))
    found = numbers(*both, *both)
    assert (found.opened, found.ended, found.at_once) == (1, 1, 1)


def test_those_that_are_there_and_those_whose_server_does_not_answer() -> None:
    there = {"v1": ViewThere("proj", 50.0, attached=True), "old": ViewThere("proj", 10.0, attached=False)}
    found = numbers(event(100, "open"), event(110, "open", "v2"), there=there, unread=("v2",))
    assert (found.opened, found.ended, found.end_unknown, found.most) == (2, 0, 0, 3)


def test_a_stretch_of_time_counts_what_is_in_it() -> None:
    events = (
        event(100, "open"),
        event(300, "end", reason=ORPHAN),
        event(150, "open", "v2"),
        event(200, "end", "v2", reason=ORPHAN),
    )
    found = numbers(*events, since=250)
    assert (found.opened, found.ended, found.most, found.lifetimes) == (0, 1, 1, [200])
    assert numbers(*events, since=301).empty


def test_the_next_begins_as_the_one_before_ends() -> None:
    events = [
        event(at, kind, f"v{number}") for number in range(3) for at, kind in ((number, "open"), (number + 1, "end"))
    ]
    assert numbers(*events).most == 1
