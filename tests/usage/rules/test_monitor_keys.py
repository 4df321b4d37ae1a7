"""Keys of the monitor: nothing is ended without a yes, nothing that somebody is on without two."""

from __future__ import annotations

import pytest

from viewsync.usage.rules import monitor_keys
from viewsync.usage.rules.monitor_keys import NOTHING, MonitorAction, MonitorState, ShownSession, press, window

SHOWN = [ShownSession("a", False), ShownSession("b", True), ShownSession("c", False)]


def typed(
    keys: list[str], state: MonitorState | None = None, shown: list[ShownSession] | None = None
) -> tuple[MonitorState, MonitorAction]:
    now, wish = state or MonitorState(), NOTHING
    for key in keys:
        now, wish = press(now, key, SHOWN if shown is None else shown)
    return now, wish


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["x"], "a"),
        (["down"], "b"),
        (["j", "j"], "c"),
        (["down", "down", "down"], "c"),
        (["end"], "c"),
        (["end", "k"], "b"),
        (["up"], "a"),
        (["page-down", "home"], "a"),
    ],
)
def test_choosing(keys: list[str], chosen: str) -> None:
    assert typed(keys)[0].chosen == chosen


def test_attaching_and_leaving() -> None:
    assert typed(["down", "enter"])[1] == MonitorAction("attach", "b")
    assert typed(["a"])[1] == MonitorAction("attach", "a")
    assert typed(["q"])[1].action == "quit"
    assert typed(["r"])[1].action == "refresh"


def test_an_end_needs_a_yes() -> None:
    state, wish = typed(["K"])
    assert (wish, state.asked and state.asked.text) == (NOTHING, "kill 'a'? y/n")
    assert typed(["K", "y"])[1] == MonitorAction("kill", "a", agreed=False)
    for key in ("n", "escape", "enter", "K", "q", "x"):
        state, wish = typed(["K", key])
        assert (state.asked, wish) == (None, NOTHING), key


def test_an_end_of_what_somebody_is_on_needs_two() -> None:
    state, wish = typed(["down", "K", "y"])
    assert wish == NOTHING
    assert state.asked
    assert state.asked.text == "somebody is on 'b': kill it anyway? y/n"
    assert typed(["down", "K", "y", "y"])[1] == MonitorAction("kill", "b", agreed=True)
    assert typed(["down", "K", "y", "n"]) == (MonitorState("b"), NOTHING)


def test_the_question_is_about_what_was_chosen_then() -> None:
    """It may have gone from the picture meanwhile."""
    state, _ = typed(["K"])
    assert press(state, "y", SHOWN[1:])[1] == MonitorAction("kill", "a")


def test_a_quarantine_needs_a_yes() -> None:
    assert typed(["down", "Q", "y"])[1] == MonitorAction("quarantine", "b")
    assert typed(["Q", "n"])[1] == NOTHING


def test_filtering() -> None:
    state, _ = typed(["/", "w", "q", "backspace", "e"])
    assert (state.filter, state.typing) == ("we", True)
    state, wish = typed(["enter"], state)
    assert (state.filter, state.typing, wish) == ("we", False, NOTHING)
    assert typed(["escape"], state)[0].filter == ""
    assert typed(["/", "x", "escape"])[0] == MonitorState("a")


def test_nothing_is_there() -> None:
    for key in ("down", "enter", "a", "K", "Q", "end"):
        assert typed([key], shown=[]) == (MonitorState(), NOTHING)


def test_what_is_gone_is_chosen_no_longer() -> None:
    assert monitor_keys.settled(MonitorState("z"), SHOWN).chosen == "a"
    assert monitor_keys.settled(MonitorState("b"), SHOWN).chosen == "b"


@pytest.mark.parametrize(
    ("count", "chosen", "room", "expected"),
    [(3, 0, 10, (0, 3)), (100, 0, 10, (0, 10)), (100, 50, 10, (45, 55)), (100, 99, 10, (90, 100)), (0, 0, 5, (0, 0))],
)
def test_the_chosen_one_is_in_sight(count: int, chosen: int, room: int, expected: tuple[int, int]) -> None:
    assert window(count, chosen, room) == expected
