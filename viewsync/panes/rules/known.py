"""What stood above a place on a screen, as checksums of its lines: by them the place is found again."""

from __future__ import annotations

import zlib

from viewsync.text.cell_width import after_cells, before_cells
from viewsync.tmux.rules.anchor import ABOVE, Anchor
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from viewsync.tmux.rules.screen import Screen


_NO_SUM = 1 << 24  # without a prompt, an answer may read as the echo


def top(history: int, line: int) -> int:
    """The number of the first row whose lines are known, for a place at `line`."""
    return max(0, min(history, line) - ABOVE)


def sums(screen: Screen, start: int, end: int) -> tuple[int, ...]:
    """Of the lines in the rows from `start` to before `end`, numbered as in the whole history."""
    rows, wrapped, first = screen.rows, screen.wrapped, screen.first
    return tuple(map(sum_of, joined(rows, wrapped, start - first, end - first)))


def sum_of(text: str) -> int:
    """The same whether blanks stand at its end or not."""
    return zlib.crc32(text.rstrip().encode("utf-8", "surrogateescape")) & 0xFFFFFF


def anchor(screen: Screen) -> Anchor:
    """The cursor's place on a screen, with what is known of it."""
    place = Anchor(screen.history, screen.row, screen.column, screen.alternate, screen.width)
    if screen.alternate or top(screen.history, place.line) < screen.first:
        return place
    above = sums(screen, top(screen.history, place.line), place.line)
    right = sum_of(after_cells(screen.rows[place.line - screen.first], screen.column).strip())
    return place._replace(above=above, head=head(screen, place.line, screen.column), right=right)


def echoed(screen: Screen, sent: Anchor) -> Anchor:
    """The cursor's place once it stands behind what was `sent`, with how that shows."""
    there = anchor(screen)
    if there.above is None or there.line < sent.line:
        return there
    rows = list(screen.rows)
    index = there.line - screen.first
    rows[index] = before_cells(rows[index], screen.column)
    lines = joined(rows, screen.wrapped, sent.line - screen.first, index + 1)
    # A prompt at the screen's top that is drawn again may leave what was there in the history.
    prompts = [at for at, line in enumerate(lines) if sum_of(before_cells(line, sent.column)) == sent.head]
    lines = lines[prompts[-1] :] if prompts else lines
    if sent.column and tuple(map(sum_of, lines)) == (sent.head,):  # the prompt alone: what was sent does not show yet
        return there
    return there._replace(echo=tuple(map(sum_of, lines)) if sent.column else (_NO_SUM,))


def shown(screen: Screen, at: Anchor, typed: str) -> Anchor | None:
    """The cursor's place behind what was typed `at` it; None where that cannot show as it is, in the same row."""
    column = at.column + len(typed)
    plain = typed.isascii() and typed.isprintable()
    if not plain or not at.column or column >= screen.width or at.above is None:
        return None
    row = screen.rows[at.line - screen.first]
    line = sum_of(before_cells(row, at.column) + typed)
    right = sum_of(after_cells(row, column).strip())
    return at._replace(column=column, head=line, right=right, echo=(line,), was=sum_of(row))


def without(lines: Sequence[str], shown: Sequence[int]) -> list[str]:
    """Lines but for those, all in a row, that read as what was `shown`."""
    left: list[str] = []
    index = 0
    while index < len(lines):
        if shown and tuple(map(sum_of, lines[index : index + len(shown)])) == tuple(shown):
            index += len(shown)
        else:
            left.append(lines[index])
            index += 1
    return left


def head(screen: Screen, line: int, cells: int) -> int:
    """Of the first cells in one row."""
    index = line - screen.first
    return sum_of(before_cells(screen.rows[index], cells)) if 0 <= index < len(screen.rows) else -1


def joined(rows: Sequence[str], wrapped: Collection[int], start: int, end: int) -> list[str]:
    """Rows as the lines that a program wrote."""
    return [text for _, text in _lines(rows, wrapped, start, end)]


def _lines(rows: Sequence[str], wrapped: Collection[int], start: int, end: int) -> list[tuple[int, str]]:
    """Each with the index of its first row."""
    lines: list[tuple[int, str]] = []
    going_on = False
    for index in range(max(0, start), min(end, len(rows))):
        if going_on:
            begin, text = lines[-1]
            lines[-1] = begin, text + rows[index]
        else:
            lines.append((index, rows[index]))
        going_on = index in wrapped
    return lines


def find(screen: Screen, context: Sequence[int], expected: int | None, *, dropped: bool = False) -> int | None:
    """The number of the row below these lines, in a reading of everything; None where they are nowhere.

    `expected`: the row where it was, as long as rows are as wide as then. It can only have moved up: by tenths of a
    full history, or with all that is no more above it; `dropped`: it has.
    """
    if not any(context):
        return None
    lines = _lines(screen.rows, screen.wrapped, 0, len(screen.rows))
    found = [sum_of(text) for _, text in lines]
    starts = [*(start for start, _ in lines), len(screen.rows)]
    if expected is None:
        return max((starts[end] for end, _ in _ends(found, context)), default=None)
    tenth = max(1, screen.limit // 10)
    places = []
    for end, seen in _ends(found, context):
        place = starts[end]
        by_tenths = (expected - place) % tenth == 0
        if place <= expected - dropped and (seen > 1 or by_tenths):
            places.append((place == expected, by_tenths, place))
    return max(places)[2] if places else None


def _ends(found: Sequence[int], context: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where all of them stand, and how many that are not empty were seen: at the top the first ones may be gone."""
    for end in range(1, len(found) + 1):
        known = context[-end:]
        seen = sum(map(bool, known))
        if seen and tuple(found[end - len(known) : end]) == tuple(known):
            yield end, len(context) if len(known) == len(context) else seen


def changed(screen: Screen, context: Sequence[int], start: int) -> int | None:
    """The number of the first row that is not as it was, where those from `start` on were these; None where none is."""
    lines = _lines(screen.rows, screen.wrapped, start - screen.first, len(screen.rows))
    for (row, text), known in zip(lines, context, strict=False):
        if sum_of(text) != known:
            return screen.first + row if row > start - screen.first else None
    return None


def are_alike(screen: Screen, context: Sequence[int], start: int) -> bool:
    """Whether any of these still stands in its place from `start` on."""
    found = sums(screen, start, screen.first + len(screen.rows))
    return any(one and one == other for one, other in zip(found, context, strict=False))
