"""Which tabs a WezTerm had when it went."""

from __future__ import annotations

from typing import Any

import pytest

from viewsync.events import Event
from viewsync.views.rules import layouts
from viewsync.views.rules.restoring import NO_GUI, ClosedTab, Gui, arranged, lost_tabs

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


# A tab whose client went to another session


def moved(*steps: tuple[float, str, str], tty: str = "/dev/pts/5") -> list[Event]:
    return [event(at, kind, view)._replace(tty=tty) for at, kind, view in steps]


def test_a_tab_that_went_to_another_session_is_offered_with_that_one() -> None:
    """Within the seconds in which a crash closes tabs, too; other tabs are as they were."""
    events = moved((10, "open", "a-1"), (95, "detach", "a-1"), (95, "open", "b-1"), (100, "detach", "b-1"))
    other = moved((20, "open", "c-1"), (101, "detach", "c-1"), tty="/dev/pts/6")
    assert [tab.parent for tab in lost(events + other)[1]] == ["b", "c"]


def test_a_tab_that_came_back_to_its_session_is_offered_with_that_one() -> None:
    """tmux's own key for the last session: the view that was left for it is kept, and was never seen closing."""
    events = moved((10, "open", "a-1"), (50, "detach", "a-1"), (50, "open", "b-1"), (95, "reuse", "a-1"))
    events += moved((100, "detach", "a-1"), (100, "end", "b-1"))
    assert [tab.parent for tab in lost(events)[1]] == ["a"]


# Where they stood


def tab(name: str) -> ClosedTab:
    return ClosedTab(name, "/s", "1.1", "@1", 0.0, tty=f"/dev/{name}")


def pane(name: str, tab: int, window: int = 0, **fields: Any) -> dict[str, Any]:
    known = {"tty": name and f"/dev/{name}", "workspace": "w", "window": window, "tab": tab}
    return {**known, "left": 0, "top": 0, "cols": 80, "rows": 24, "active": True, "front": False, **fields}


def placed(names: str, *panes: dict[str, Any]) -> tuple[list[tuple[str, str, int, int]], list[int]]:
    steps, focus = arranged([tab(name) for name in names], layouts.read(list(panes)))
    return [(step.tab.parent, step.into, step.beside, step.percent) for step in steps], focus


def test_tabs_come_back_in_the_order_that_they_stood_in_and_the_one_in_front_is_in_front() -> None:
    steps, focus = placed("abc", pane("b", 4), pane("c", 2, front=True), pane("a", 9))
    assert steps == [("b", "tab", -1, 0), ("c", "tab", -1, 0), ("a", "tab", -1, 0)]
    assert focus == [1]


def test_windows_come_back_each_with_its_tabs() -> None:
    layout = [pane("d", 7, 3), pane("c", 5, 3, front=True), pane("a", 0, 1), pane("b", 1, 1, front=True)]
    steps, focus = placed("abcd", *layout)
    assert steps == [("a", "tab", -1, 0), ("b", "tab", -1, 0), ("d", "window", -1, 0), ("c", "tab", 2, 0)]
    assert focus == [1, 3]


def test_what_nobody_placed_comes_last_in_the_window_where_one_is() -> None:
    assert placed("ab", pane("b", 0))[0] == [("b", "tab", -1, 0), ("a", "tab", -1, 0)]
    assert placed("ab")[0] == [("a", "tab", -1, 0), ("b", "tab", -1, 0)]


HALVES = (pane("a", 0, cols=39), pane("b", 0, left=40, cols=40, rows=11, active=False))
THIRD = pane("c", 0, left=40, top=12, cols=40, rows=12, active=False)


def test_a_tab_is_split_as_it_was() -> None:
    steps, focus = placed("abc", *HALVES, THIRD)
    assert steps == [("a", "tab", -1, 0), ("b", "right", 0, 50), ("c", "down", 1, 50)]
    assert focus == [0]


def test_the_room_of_what_does_not_come_back_goes_to_its_neighbour() -> None:
    assert placed("ac", *HALVES, THIRD)[0] == [("a", "tab", -1, 0), ("c", "right", 0, 50)]
    assert placed("bc", *HALVES, THIRD)[0] == [("b", "tab", -1, 0), ("c", "down", 0, 50)]
    assert placed("c", *HALVES, THIRD) == ([("c", "tab", -1, 0)], [])


@pytest.mark.parametrize("percent", [1, 10, 29, 33, 50, 66, 99])
def test_wezterm_makes_the_same_sizes_of_the_percentage(percent: int) -> None:
    """As its source has it: the new pane gets that part of the whole, rounded down, and one cell is between."""
    second = max(1, 200 * percent // 100)
    first = 200 - second - 1
    panes = pane("a", 0, cols=first), pane("b", 0, left=first + 1, cols=second)
    assert max(1, 200 * placed("ab", *panes)[0][1][3] // 100) == second


def test_panes_that_no_splitting_makes_have_each_a_tab() -> None:
    """A pinwheel, and panes that lie over each other."""
    wheel = [(0, 0, 50, 10), (51, 0, 29, 14), (30, 15, 50, 9), (0, 11, 29, 13)]
    fields = [dict(zip(("left", "top", "cols", "rows"), numbers, strict=True)) for numbers in wheel]
    panes = [pane(name, 0, **place) for name, place in zip("abcd", fields, strict=True)]
    assert [step[:2] for step in placed("abcd", *panes)[0]] == [(name, "tab") for name in "abcd"]
    assert [step[:2] for step in placed("ab", pane("a", 0), pane("b", 0))[0]] == [("a", "tab"), ("b", "tab")]


def listed(name: str, left: int, cols: int, **fields: Any) -> dict[str, Any]:
    """As `wezterm cli list` has it."""
    size = {"rows": 24, "cols": cols, "pixel_width": 0, "pixel_height": 0, "dpi": 0}
    place = {"window_id": 0, "tab_id": 0, "pane_id": left, "workspace": "w", "left_col": left, "top_row": 0}
    return {**place, "size": size, "tty_name": f"/dev/{name}", "is_active": False, "is_zoomed": False, **fields}


def test_a_pane_that_is_zoomed_does_not_take_its_tab_apart() -> None:
    """`wezterm cli list` says then that it is as large as the tab, and lies over the others."""
    before = layouts.of_cli([listed("a", 0, 39), listed("b", 40, 40)], None)
    zoomed = [listed("a", 0, 80, is_zoomed=True, is_active=True), listed("b", 40, 40)]
    for layout in (before, layouts.of_cli(zoomed, before)):
        steps, _ = arranged([tab("a"), tab("b")], layouts.read(layout))
        assert [(step.into, step.percent) for step in steps] == [("tab", 0), ("right", 50)]
    assert len(layouts.of_cli([*zoomed, listed("c", 60, 20)], before)) == 3


def test_the_tab_in_front_is_remembered_where_only_wezterms_own_list_is_had() -> None:
    told = [pane("a", 0, front=True), pane("b", 1)]
    layout = layouts.of_cli([listed("a", 0, 80), listed("b", 0, 80, tab_id=1)], told)
    assert [place["front"] for place in layout] == [True, False]


def test_a_list_in_which_fields_are_missing_is_a_list() -> None:
    assert layouts.of_cli(
        [{}, {"tty_name": "/dev/a", "size": 7}, {"tab_id": [], "is_zoomed": 1}, listed("b", 0, 80)], None
    ) == layouts.of_cli([listed("b", 0, 80)], 7)


@pytest.mark.parametrize(
    "layout",
    [None, 7, "x", {}, [7], [{}], [[]], [pane("a", 0) | {"left": "no"}], [pane("a", 0) | {"tty": 7}], [pane("", 0)]],
)
def test_a_layout_that_makes_no_sense_costs_no_tab(layout: Any) -> None:
    steps, focus = arranged([tab("a")], layouts.read(layout))
    assert ([step.tab.parent for step in steps], focus) == (["a"], [])


def test_one_terminal_that_is_told_of_twice_comes_back_once() -> None:
    assert len(placed("a", pane("a", 0), pane("a", 1), pane("a", 1, left=40))[0]) == 1


def test_hundreds_of_panes_in_a_tab_are_no_trouble() -> None:
    names = [f"p{number}" for number in range(400)]
    panes = [pane(name, 0, left=2 * at, cols=1) for at, name in enumerate(names)]
    assert len(arranged([tab(name) for name in names], layouts.read(panes))[0]) == 400
