"""Bars: as long as their values say, within the width, with or without Unicode."""

from __future__ import annotations

import pytest

from viewsync.text.bars import Bar, draw


def lengths(values: list[float], width: int = 40, *, unicode: bool = False) -> list[int]:
    drawn = draw([Bar("x", value, "") for value in values], width, unicode=unicode)
    return [len(line.bar.rstrip()) for line in drawn]


def test_the_longest_fills_what_is_left_of_the_width() -> None:
    one, two = draw([Bar("monday", 4, "4h"), Bar("tue", 2, "2h")], 30, unicode=False)
    assert one.text == "monday  " + "#" * 18 + "  4h"
    assert two.text == "tue     " + "#" * 9 + " " * 9 + "  2h"


def test_nothing_is_no_bar_and_a_little_is_one() -> None:
    assert lengths([0, 0.0001, 100]) == [0, 1, 35]
    assert lengths([0, 0]) == [0, 0]
    assert draw([], 40, unicode=True) == []


def test_eighths_of_a_column() -> None:
    (_, half) = draw([Bar("", 16, ""), Bar("", 1, "")], 12, unicode=True)
    assert half.bar.rstrip() == "▌"


@pytest.mark.parametrize("width", [1, 20, 79, 200])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_longer_than_the_terminal_where_that_has_room(width: int, unicode: bool) -> None:
    drawn = draw([Bar("p" * 60, 3, "1h 5m"), Bar("q", 1, "2m")], width, unicode=unicode)
    assert all(len(line.text) <= max(width, 24 + 2 + 8 + 2 + 5) for line in drawn)
    assert all(line.text.isascii() for line in drawn) or unicode
