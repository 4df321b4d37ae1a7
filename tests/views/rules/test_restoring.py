"""Which tabs a WezTerm had when it went."""

from __future__ import annotations

from viewsync.events import Event
from viewsync.views.rules.restoring import NO_GUI, ClosedTab, Gui, lost_tabs

_NOTHING: tuple[Gui, list[ClosedTab]] = (NO_GUI, [])


def event(at: float, kind: str, view: str, gui: int = 7, window: str = "@1", start: float = 5.0) -> Event:
    return Event(at, kind, "hook", "/s", "1.1", view, view.partition("-")[0], window, gui, gui_start=start)


def lost(events: list[Event], *alive: Gui) -> tuple[Gui, list[ClosedTab]]:
    return lost_tabs(events, lambda gui: gui in alive)


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
    gui, tabs = lost(CRASH)
    assert gui == Gui(7, 5.0)
    assert [(tab.parent, tab.window) for tab in tabs] == [("a", "@4"), ("c", "@1")]


def test_the_order_of_events_does_not_matter() -> None:
    assert lost(CRASH[::-1]) == lost(CRASH)


def test_a_wezterm_that_lives_lost_nothing() -> None:
    assert lost(CRASH, Gui(7, 5.0)) == _NOTHING


def test_the_wezterm_that_went_last_is_meant() -> None:
    older = [event(1, "open", "z-1", gui=3), event(2, "detach", "z-1", gui=3)]
    assert lost(older + CRASH)[0] == Gui(7, 5.0)


def test_a_view_that_nobody_saw_closing_was_open() -> None:
    _, tabs = lost([event(10, "open", "a-1"), event(500, "open", "b-1"), event(900, "detach", "b-1")])
    assert [tab.parent for tab in tabs] == ["a", "b"]


def test_a_reused_view_counts_from_its_last_opening() -> None:
    events = [
        event(10, "open", "a-1"),
        event(20, "detach", "a-1"),
        event(30, "reuse", "a-1"),
        event(99, "detach", "a-1"),
    ]
    (tab,) = lost(events)[1]
    assert tab.opened == 30


def test_what_was_restored_is_not_restored_again() -> None:
    done = Event(200, "restore", "wezterm", "", "", "", gui=7, gui_start=5.0)
    assert lost([*CRASH, done]) == _NOTHING
    assert lost([*CRASH, done, event(201, "gone", "c-1")]) == _NOTHING  # somebody was late to see it
    reborn = [event(300, "open", "a-9", start=6.0), event(301, "detach", "a-9", start=6.0)]
    gui, tabs = lost([*CRASH, done, *reborn])
    assert (gui, len(tabs)) == (Gui(7, 6.0), 1)


def test_who_restores_again_does_not_get_the_tabs_of_a_wezterm_before() -> None:
    older = [event(1, "open", "z-1", gui=3), event(2, "detach", "z-1", gui=3)]
    done = Event(200, "restore", "wezterm", "", "", "", gui=7, gui_start=5.0)
    assert lost([*older, *CRASH, done]) == _NOTHING
    assert lost([*older, *CRASH, done, event(300, "gone", "z-1", gui=3)]) == _NOTHING  # noticed late
    later = [event(250, "detach", "z-1", gui=3)]
    assert lost([*older, *CRASH, done, *later])[0].pid == 3  # it lived on


def test_two_that_went_together_are_restored_one_after_the_other() -> None:
    other = [event(1, "open", "z-1", gui=3), event(99, "detach", "z-1", gui=3)]
    done = Event(200, "restore", "wezterm", "", "", "", gui=7, gui_start=5.0)
    gui, tabs = lost([*other, *CRASH, done])
    assert (gui.pid, [tab.parent for tab in tabs]) == (3, ["z"])


def test_one_that_went_too_long_ago_is_not_restored() -> None:
    assert lost_tabs(CRASH, lambda _: False, since=101.5) == _NOTHING
    assert lost_tabs(CRASH, lambda _: False, since=100)[0] == Gui(7, 5.0)
    assert lost_tabs([*CRASH, event(900, "gone", "c-1")], lambda _: False, since=500) == _NOTHING


def test_tabs_that_one_sweep_saw_opened_come_in_the_order_in_which_they_were() -> None:
    opened = [event(50, "open", name) for name in ("c-1", "b-1", "a-1")]
    ended = [
        event(100, "end", name)._replace(seconds=age) for name, age in (("a-1", 60.5), ("b-1", 60.2), ("c-1", 60.4))
    ]
    assert [tab.parent for tab in lost(opened + ended)[1]] == ["a", "c", "b"]


def test_a_wezterm_whose_number_another_one_has_is_gone_all_the_same() -> None:
    reborn = [event(300, "open", "z-9", start=6.0)]
    gui, tabs = lost([*CRASH, *reborn], Gui(7, 6.0))
    assert (gui, [tab.parent for tab in tabs]) == (Gui(7, 5.0), ["a", "c"])


def test_events_that_name_the_number_alone_are_of_the_wezterm_that_had_it_then() -> None:
    """As older versions wrote them."""
    old = [recorded._replace(gui_start=0.0) for recorded in CRASH]
    assert lost(old) == (Gui(7, 0.0), lost(CRASH)[1])
    for half in ([*old[:4], *CRASH[4:]], [*CRASH[:4], *old[4:]]):
        assert lost(half) == lost(CRASH)
    done = Event(200, "restore", "wezterm", "", "", "", gui=7)
    assert lost([*old, done]) == _NOTHING


def test_no_history_is_nothing_to_restore() -> None:
    assert lost([]) == _NOTHING
