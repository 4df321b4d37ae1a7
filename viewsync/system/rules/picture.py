"""A whole terminal as text: what `monitor` draws."""

from __future__ import annotations

from viewsync.text import styles
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD, BAD, DOUBT = styles.GOOD, styles.BAD, styles.DOUBT
HEAD, DIM, PLAIN = styles.HEAD, styles.DIM, styles.PLAIN


class TextCell(NamedTuple):
    """`text` is printable, and of one line."""

    text: str
    style: str = PLAIN


class TextTable(NamedTuple):
    head: tuple[str, ...]
    widths: tuple[int, ...]  # the last column has none: it takes what is left
    rows: Sequence[tuple[TextCell, ...]]
    chosen: int  # which row, -1 for none


class Picture(NamedTuple):
    title: str
    table: TextTable
    below: Sequence[TextCell]  # whole lines
    foot: TextCell
