"""The short forms of tests, and with --long the long ones."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

long = False  # set by conftest.py
seed = steps = 0  # of the random model, where they were asked for; set by conftest.py


def covering(*values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Of all combinations so many that any two values of different lists meet; in the long form all of them."""
    rows = list(itertools.product(*(range(len(each)) for each in values)))
    if not long:
        rows = _covering(rows)
    return [tuple(each[at] for each, at in zip(values, row, strict=True)) for row in rows]


def _covering(rows: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    pairs = {row: set(itertools.combinations(enumerate(row), 2)) for row in rows}
    left, chosen = set().union(*pairs.values()), []
    while left:
        # The first of those with most that is new, so that it is the same selection each time.
        chosen.append(max(rows, key=lambda row: len(pairs[row] & left)))
        left -= pairs[chosen[-1]]
    return sorted(chosen)
