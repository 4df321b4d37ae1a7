"""The two ends of a text that is too long."""

from __future__ import annotations

import pytest

from viewsync.text import excerpts

LINES = [str(number) for number in range(10)]


@pytest.mark.parametrize(
    ("at_most", "shown"),
    [
        (11, LINES),
        (10, LINES),
        (9, [*"01234", "[... 1 line left out ...]", *"6789"]),
        (4, [*"01", "[... 6 lines left out ...]", *"89"]),
        (1, ["0", "[... 9 lines left out ...]"]),
        (0, ["[... 10 lines left out ...]"]),
    ],
)
def test_the_ends_and_how_many_are_left_out(at_most: int, shown: list[str]) -> None:
    assert excerpts.shortened(LINES, at_most) == shown


def test_no_lines_are_no_lines() -> None:
    assert excerpts.shortened([], 0) == []
    assert excerpts.ends([b"x"], 0) == ([], 1, [])
