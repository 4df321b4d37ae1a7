"""What came out of a pane since a moment: from readings of its screen, as whole lines.

A line has a number that stays: its place from the first line of the history on. Two things shift the numbers, and
both are noticed: tmux drops a tenth of a full history at once (grid.c, grid_collect_history), and another width
wraps the lines anew.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from viewsync.panes.rules import echo
from viewsync.text.cell_width import after_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.panes.rules.echo import SentLine
    from viewsync.tmux.rules.anchor import Anchor
    from viewsync.tmux.rules.screen import Screen

_CONTEXT = 8  # lines above, by which a place is found again
_KEPT = 50_000  # lines of output that are remembered


class Tail:
    """The lines that come after an anchor; without one, all there are."""

    def __init__(self, anchor: Anchor | None, sent: Sequence[SentLine] = (), *, by_cursor: bool = False) -> None:
        """`sent`: lines whose echo does not count. `by_cursor`: a line above the cursor is taken as final."""
        self.settled: deque[str] = deque(maxlen=_KEPT)  # lines that cannot change any more
        self.count = 0  # of the settled lines, those that are no longer remembered too
        self.open: list[str] = []  # lines that can, the alternate screen's last
        self.ends_at_cursor = False  # whether the last open line of the main screen is the cursor's
        self._from = anchor.line if anchor else 0  # the number of the first row that is not settled
        self._cut = anchor.column if anchor else 0  # cells of that row that are old
        self._echo = echo.expect(sent, typed_ahead=not self._cut)
        self._width = anchor.width if anchor else 0
        self._history = anchor.history if anchor else 0
        self._context: tuple[str, ...] = ()
        self._by_cursor = by_cursor

    def wanted(self) -> int:
        """The number of the first row that the next reading has to have."""
        return max(0, self._from - _CONTEXT)

    def take(self, screen: Screen) -> bool:
        """Look at one more reading. False: it has to be read again from the first line of the history on."""
        if self._moved(screen):
            if screen.first > 0:
                return False
            self._find_again(screen)
        elif screen.first > self.wanted():
            return False
        if screen.cursor < self._from and not screen.alternate and not self._stands(screen):
            self._from, self._cut = max(screen.history, screen.first), 0  # the screen was cleared
        self._split(screen)
        self._width, self._history = screen.width, screen.history
        return True

    def _moved(self, screen: Screen) -> bool:
        """Whether lines may have other numbers than in the last reading."""
        if self._width and screen.width != self._width:
            return True
        if screen.history < self._history:
            return True
        if screen.history < screen.limit - screen.limit // 10:
            return False
        if not self._context:  # a whole history may have gone by
            return screen.history - self._history > screen.limit // 2
        return screen.first > self.wanted() or not self._fits(screen, self._from)

    def _stands(self, screen: Screen) -> bool:
        """Whether the lines above are as they were: then a program only paints its prompt anew."""
        return bool(self._context) and self._fits(screen, self._from)

    def _fits(self, screen: Screen, line: int) -> bool:
        """Whether above that line stands what stood above the first unsettled one, as far as the history goes."""
        end = max(0, line - screen.first)
        above = screen.rows[max(0, end - len(self._context)) : end]
        return above == self._context[len(self._context) - len(above) :]

    def _find_again(self, screen: Screen) -> None:
        """Where the unsettled lines begin now, in a reading of everything. What is nowhere any more has gone by."""
        if self._width and screen.width != self._width:
            self._from = self._by_text(screen)
        else:
            tenth = max(1, screen.limit // 10)
            places = [self._from - tenth * times for times in range(1, self._from // tenth + 1)]
            found = [place for place in places if place > 0 and self._fits(screen, place)]
            if not found:
                self._cut = 0
            self._from = found[0] if found else 0

    def _by_text(self, screen: Screen) -> int:
        """After a change of width: below the last place that reads as the context did, else the screen's top."""
        known = "".join(self._context)
        text, ends = "", []
        for row in screen.rows:
            text += row
            ends.append(len(text))
        at = text.rfind(known) + len(known) if known.strip() and known in text else -1
        self._cut = 0
        return ends.index(at) + 1 if at in ends else screen.history

    def _split(self, screen: Screen) -> None:
        """Settle what cannot change; the rest is open until the next reading."""
        start = self._from - screen.first
        last = max((number for number, row in enumerate(screen.rows) if row), default=-1)
        cursor = last if screen.alternate else screen.cursor - screen.first  # there the cursor is the other screen's
        end = max(last, cursor) + 1
        border = cursor if self._by_cursor else screen.history - screen.first
        while border > start and border - 1 in screen.wrapped:
            border -= 1
        rows = list(screen.rows)
        if self._cut and start < len(rows):
            rows[start] = self._behind_prompt(rows[start])
        if border > start:
            lines, self._echo = echo.removed(_joined(rows, screen.wrapped, start, border), self._echo)
            self.settled.extend(lines)
            self.count += len(lines)
            self._from, self._cut, start = screen.first + border, 0, border
            self._context = tuple(screen.rows[max(0, border - _CONTEXT) : border])
        elif not self._context:
            self._context = tuple(screen.rows[max(0, start - _CONTEXT) : start])
        open_lines, _ = echo.removed(_joined(rows, screen.wrapped, start, end), self._echo)
        self.ends_at_cursor = bool(open_lines) and end - 1 == cursor and not screen.alternate
        self.open = [*open_lines, *screen.over]

    def _behind_prompt(self, row: str) -> str:
        """What came on the line that the cursor was on. Another text may stand there since, after a `clear`."""
        rest = after_cells(row, self._cut)
        same = echo.is_prompt(row[: len(row) - len(rest)]) or echo.begins(rest, self._echo)
        return rest if same else row


def _joined(rows: Sequence[str], wrapped: frozenset[int], start: int, end: int) -> list[str]:
    """Rows as the lines that a program wrote."""
    lines: list[str] = []
    going_on = False
    for index in range(max(0, start), min(end, len(rows))):
        if going_on:
            lines[-1] += rows[index]
        else:
            lines.append(rows[index])
        going_on = index in wrapped
    return lines
