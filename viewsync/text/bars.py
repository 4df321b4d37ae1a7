"""Horizontal bars in a terminal, as wide as it is: a label, its bar, its value in words."""

from __future__ import annotations

from viewsync.text import cells
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉"
_SHORTEST = 8  # columns of a full bar, however narrow the terminal is
_LONGEST_LABEL = 24


class Bar(NamedTuple):
    label: str
    value: float
    shown: str  # the value in words


class Drawn(NamedTuple):
    """One line, in three: only the bar itself may get a colour."""

    label: str
    bar: str
    shown: str

    @property
    def text(self) -> str:
        return f"{self.label}  {self.bar}  {self.shown}".rstrip()


def draw(bars: Sequence[Bar], width: int, *, unicode: bool) -> list[Drawn]:
    """The longest bar fills what labels and values leave of `width`. Nothing at all is no bar, a little is one."""
    if not bars:
        return []
    labels = [cells.cut(bar.label, _LONGEST_LABEL, "…" if unicode else "...") for bar in bars]
    widest = max(map(cells.width, labels))
    room = max(_SHORTEST, width - widest - max(cells.width(bar.shown) for bar in bars) - 4)
    most = max(max(bar.value for bar in bars), 0.0)
    return [
        Drawn(
            cells.pad(label, widest),
            _bar(bar.value / most if most else 0.0, room, unicode=unicode).ljust(room),
            bar.shown,
        )
        for label, bar in zip(labels, bars, strict=True)
    ]


def _bar(share: float, room: int, *, unicode: bool) -> str:
    if share <= 0:
        return ""
    if not unicode:
        return "#" * max(1, round(share * room))
    eighths = max(1, round(share * room * 8))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
