"""The two ends of a text that is too long, and between them a line that says how much is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

_Line = TypeVar("_Line", str, bytes)


def shares(at_most: int) -> tuple[int, int]:
    """How many lines are of the beginning and of the end, where that many are shown: the beginning has the odd one."""
    return at_most - at_most // 2, at_most // 2


def ends(lines: Sequence[_Line], at_most: int) -> tuple[Sequence[_Line], int, Sequence[_Line]]:
    """The beginning, how many lines are left out behind it, and the end. All of them, 0 and none where they fit."""
    if len(lines) <= at_most:
        return lines, 0, []
    first, last = shares(at_most)
    return lines[:first], len(lines) - at_most, lines[len(lines) - last :]


def gap(left_out: int) -> str:
    """The line in their place. It is not counted among those that are shown."""
    return f"[... {left_out} line{'s' * (left_out != 1)} left out ...]"


def shortened(lines: Sequence[str], at_most: int) -> list[str]:
    """As they are shown."""
    head, left_out, tail = ends(lines, at_most)
    return [*head, *([gap(left_out)] if left_out else []), *tail]
