"""Whether a text that was typed still stands at the prompt, by what the screen shows before Enter and after it."""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING, NamedTuple

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
    counted = set(map(_counted, old))
    return (ends or [row for row in came if _counted(row) not in counted] or [""])[-1]


def is_gone(draft: str, typed: Shown, after: Shown, text: str) -> bool:
    """A line more in the draft is not the end of it: something has to stand below it, or the draft has to go.

    What only counts there, a clock or seconds, does not count; nor does the prompt for one line more, where the text
    has several already: Python 3.13 shows it below a paste that it has not run.
    """
    if not draft:
        return after != typed
    if draft not in after.rows:
        return True
    frame = re.compile(rf"{_FRAME.pattern}|\s*[.]{{3}}:?\s*") if "\n" in text else _FRAME
    return _below(draft, after.rows, frame) != _below(draft, typed.rows, frame)


def _below(draft: str, rows: Sequence[str], frame: re.Pattern[str]) -> list[str]:
    last = len(rows) - 1 - rows[::-1].index(draft)
    return [_counted(row) for row in rows[last + 1 :] if not frame.fullmatch(row)]


def _counted(row: str) -> str:
    return re.sub(r"\d+", "0", row)


def _squeezed(text: str) -> str:
    return "".join(text.split())
