"""Wide and combining characters take the columns that terminals give them."""

from __future__ import annotations

import pytest

from viewsync.text.cell_width import after_cells, width


@pytest.mark.parametrize(
    ("text", "cells", "rest"),
    [("$ ls", 2, "ls"), ("日本 x", 5, "x"), ("e\u0301x", 1, "x"), ("ab", 5, ""), ("😀$ x", 4, "x")],
)
def test_what_stands_behind_some_cells(text: str, cells: int, rest: str) -> None:
    assert after_cells(text, cells) == rest


def test_widths() -> None:
    assert [width(character) for character in ("a", "é", "日", "\u0301", "😀", "\u200d")] == [1, 1, 2, 0, 2, 0]
