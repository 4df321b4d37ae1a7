"""A table as lines: in columns, and where a terminal has no room for them, in what it has room for."""

from __future__ import annotations

from viewsync.text import cells, styles
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LAST = 24  # columns that the last one needs at least, when it goes on in the next line


class TableLine(str):
    """A line as programs get it, and, where somebody wants colours, with them. All of it may be shown as it stands."""

    styled: str = ""

    @classmethod
    def of(cls, parts: Sequence[tuple[str, str]]) -> TableLine:
        """Texts with their styles."""
        line = cls("".join(text for text, _ in parts).rstrip())
        line.styled = "".join(styles.painted(text, style) for text, style in parts).rstrip()
        return line


def lines(head: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[TableLine]:
    """Columns as wide as their widest cell, the last one open. `room`: the columns of a terminal, 0 for no end."""
    widths = [max(cells.width(row[column]) for row in (head, *rows)) for column in range(len(head))]
    before = sum(widths[:-1]) + 2 * (len(widths) - 1)
    if not room or before + widths[-1] <= room:
        return [_line(head, widths, head), *(_line(head, widths, row) for row in rows)]
    if before + _LAST <= room:
        return [_line(head, widths, part) for row in (head, *rows) for part in _folded(row, room - before)]
    return list(_blocks(head, rows))


def _line(head: Sequence[str], widths: Sequence[int], row: Sequence[str]) -> TableLine:
    parts: list[tuple[str, str]] = []
    for name, wide, cell in zip(head, widths, row, strict=True):
        style = styles.HEAD if row is head else styles.of(name, cell)
        parts += [(cell, style), (" " * (wide - cells.width(cell) + 2), styles.PLAIN)]
    return TableLine.of(parts[:-1])


def _folded(row: Sequence[str], room: int) -> Iterator[Sequence[str]]:
    """The last cell goes on below itself, word by word."""
    *others, last = row
    if cells.width(last) <= room:
        yield row
        return
    line = ""
    for word in last.split(" "):
        if line and cells.width(f"{line} {word}") > room:
            yield (*others, line)
            others, line = [""] * len(others), word
        else:
            line = f"{line} {word}" if line else word
    yield (*others, line)


def _blocks(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[TableLine]:
    """A line for each cell that has something to say, and an empty one between two rows."""
    wide = max(map(cells.width, head))
    for number, row in enumerate(rows):
        if number:
            yield TableLine.of([])
        for name, cell in zip(head, row, strict=True):
            if cell.strip():
                yield TableLine.of([(cells.pad(name, wide) + "  ", styles.HEAD), (cell, styles.of(name, cell))])
