"""Whether a text that was typed still stands at the prompt, by what the screen shows before Enter and after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAIL = 12  # characters by which a text's end is known
_FRAME = re.compile(r"[\s\u2500-\u259f|+_=~-]*")  # what boxes and rules are drawn with


class Shown(NamedTuple):
    rows: tuple[str, ...]  # without blanks at their ends
    row: int  # of the cursor
    column: int


def find(before: Shown, typed: Shown, text: str) -> str:
    """The row in which the text ends, of those that came with it; "" when none came.

    A program may show something else instead, such as "[Pasted text #1]".
    """
    old = set(before.rows)
    came = [row for row in typed.rows if row not in old and not _FRAME.fullmatch(row)]
    tail = _squeezed(text.rstrip().rpartition("\n")[2])[-_TAIL:]
    ends = [row for row in came if tail and tail in _squeezed(row)]
    return (ends or came or [""])[-1]


def is_gone(draft: str, typed: Shown, after: Shown) -> bool:
    """A line more in the draft is not the end of it: something has to stand below it, or the draft has to go.

    What only counts there, a clock or seconds, does not count.
    """
    if not draft:
        return after != typed
    if draft not in after.rows:
        return True
    return _below(draft, after.rows) != _below(draft, typed.rows)


def _below(draft: str, rows: Sequence[str]) -> list[str]:
    last = len(rows) - 1 - rows[::-1].index(draft)
    return [re.sub(r"\d+", "0", row) for row in rows[last + 1 :] if not _FRAME.fullmatch(row)]


def _squeezed(text: str) -> str:
    return "".join(text.split())
