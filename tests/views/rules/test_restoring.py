"""Which tabs a WezTerm had when it went."""

from __future__ import annotations

from viewsync.events import Event
from viewsync.views.rules.restoring import lost_tabs


def event(at: float, kind: str, view: str, gui: int = 7, window: str = "@1") -> Event:
    return Event(at, kind, "hook", "/s", "1.1", view, view.partition("-")[0], window, gui)


CRASH = [
    event(10, "open", "a-1"),
    event(11, "open", "b-1"),
    event(12, "open", "c-1"),
    event(50, "detach", "b-1"),
    event(50, "end", "b-1"),
    event(100, "detach", "a-1", window="@4"),
    event(101, "detach", "c-1"),
    event(101, "end", "a-1", window="@4"),
]


def test_what_closed_together_comes_back_and_what_was_closed_before_does_not() -> None:
    gui, tabs = lost_tabs(CRASH, ())
    assert gui == 7
    assert [(tab.parent, tab.window) for tab in tabs] == [("a", "@4"), ("c", "@1")]


def test_the_order_of_events_does_not_matter() -> None:
    assert lost_tabs(CRASH[::-1], ()) == lost_tabs(CRASH, ())


def test_a_wezterm_that_lives_lost_nothing() -> None:
    assert lost_tabs(CRASH, (7,)) == (0, [])


def test_the_wezterm_that_went_last_is_meant() -> None:
    older = [event(1, "open", "z-1", gui=3), event(2, "detach", "z-1", gui=3)]
    assert lost_tabs(older + CRASH, ())[0] == 7


def test_a_view_that_nobody_saw_closing_was_open() -> None:
    _, tabs = lost_tabs([event(10, "open", "a-1"), event(500, "open", "b-1"), event(900, "detach", "b-1")], ())
    assert [tab.parent for tab in tabs] == ["a", "b"]


def test_a_reused_view_counts_from_its_last_opening() -> None:
    events = [
        event(10, "open", "a-1"),
        event(20, "detach", "a-1"),
        event(30, "reuse", "a-1"),
        event(99, "detach", "a-1"),
    ]
    (tab,) = lost_tabs(events, ())[1]
    assert tab.opened == 30


def test_what_was_restored_is_not_restored_again() -> None:
    done = Event(200, "restore", "wezterm", "", "", "", gui=7)
    assert lost_tabs([*CRASH, done], ()) == (0, [])
    reborn = [event(300, "open", "a-9"), event(301, "detach", "a-9")]
    assert lost_tabs([*CRASH, done, *reborn], ())[0] == 7


def test_no_history_is_nothing_to_restore() -> None:
    assert lost_tabs([], ()) == (0, [])
