"""The keys of viewsync's own picker."""

from __future__ import annotations

import pytest

from viewsync.picking.rules.keys import LEAVE, PICK, PickState, press


@pytest.mark.parametrize(
    ("keys", "state"),
    [
        (["a", "日"], PickState("a日")),
        (["a", "b", "backspace"], PickState("a")),
        (["a", " ", "b", "\x17"], PickState("a")),
        (["a", "b", "\x15", "c"], PickState("c")),
        (["down", "down"], PickState("", 2)),
        (["down", "\x0e", "up", "\x10"], PickState("", 0)),
        (["up"], PickState("", 0)),
        (["end"], PickState("", 4)),
        (["page-down", "home"], PickState("", 0)),
        (["down", "x"], PickState("x", 0)),
        (["\x1b[3~", "\x01", "resized"], PickState()),
    ],
)
def test_keys_type_and_choose(keys: list[str], state: PickState) -> None:
    found = PickState()
    for key in keys:
        found, wish = press(found, key, 5)
        assert wish == ""
    assert found == state


@pytest.mark.parametrize(("key", "count", "wish"), [("enter", 2, PICK), ("enter", 0, ""), ("escape", 2, LEAVE)])
def test_enter_opens_what_there_is_and_escape_leaves(key: str, count: int, wish: str) -> None:
    assert press(PickState("x"), key, count) == (PickState("x"), wish)


def test_with_nothing_that_fits_no_key_chooses_any() -> None:
    assert press(PickState("x"), "down", 0) == (PickState("x", 0), "")
