"""What came out of a pane since a moment: from readings of its screen, as whole lines.

A line has a number that stays: its place from the first line of the history on. What shifts the numbers is noticed by
the lines above, of which checksums are kept: tmux drops a tenth of a full history at once (grid.c,
grid_collect_history), has no history at all where it may hold no lines, another width wraps the lines anew, and a
program clears the screen, or draws its prompt anew.
"""

from __future__ import annotations

from viewsync.light import deque
from viewsync.panes.rules import echo, known
from viewsync.text.cell_width import after_cells, before_cells
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.panes.rules.echo import Echo, SentLine
    from viewsync.tmux.rules.anchor import Anchor
    from viewsync.tmux.rules.screen import Screen

_KEPT = 50_000  # lines of output that are remembered


class CursorLine(NamedTuple):
    """The line that the cursor is on, among those that are open."""

    at: int = -1  # its index, -1 where there is none
    before: str = ""  # what stands before the cursor, with a blank for each cell that was only moved over


class Tail:
    """The lines that come after an anchor; without one, all there are."""

    def __init__(self, anchor: Anchor | None, sent: Sequence[SentLine] = (), *, by_cursor: bool = False) -> None:
        """`sent`: lines whose echo does not count. `by_cursor`: a line above the cursor is taken as final."""
        self.settled: deque[str] = deque(maxlen=_KEPT)  # lines that cannot change any more
        self.count = 0  # of the settled lines, those that are no longer remembered too
        self.open: list[str] = []  # lines that can, the alternate screen's last
        self.ends_at_cursor = False  # whether the last open line of the main screen is the cursor's
        self.above: list[str] = []  # lines on the screen that may be new, and read as those did that were there
        self.cursor_line = CursorLine()
        self.missing = False  # whether lines went out of a full history before they could be read
        self._from = anchor.line if anchor else 0  # the number of the first row that is not settled
        self._cut = anchor.column if anchor else 0  # cells of that row that are old
        self._echo = echo.expect(sent, typed_ahead=not self._cut)
        self._width = anchor.width if anchor else 0
        self._history = anchor.history if anchor else 0
        self._context = anchor.above if anchor else None  # sums of the lines above, None where nothing is known of them
        self._top = known.top(self._history, self._from)  # the number of the row that those begin with
        self._base = self._from  # and of that below those which cannot be drawn over
        self._firm = len(self._context or ())  # how many those are
        self._height = 0
        self._up = False  # whether the cursor was above, and its old line gone
        self.shifts = 0  # how often lines got other numbers
        self._head = anchor.head if anchor else -1  # the sum of the cells that are old, -1 where it is not known
        self._shown: Sequence[int] = anchor.echo if anchor else ()  # sums of the lines that the echo was seen in
        self._sent = self._echo if self._shown else None  # what to expect once more, should it be drawn otherwise
        self._prompt = (anchor.column, anchor.head) if anchor and anchor.column else (0, -1)  # that it was typed behind
        self._undone = 0  # cells of the first line that were old, and are not there any more
        self._doubtful = 0  # that many lines may be it
        if self._shown:
            self._echo = echo.shown(self._echo)
        self._right = anchor.right if anchor else -1  # the sum of what stood right of the cursor
        self._was = anchor.was if anchor else -1  # the sum of that line before it showed what was sent
        self.undrawn = False  # whether it reads so: what was sent does not show yet, or is gone again
        self._by_cursor = by_cursor
        self._redrawn = False  # whether it was drawn anew, so that what stands above may be new as well

    @property
    def place(self) -> int:
        """The number of the first row that is not settled."""
        return self._from

    def wanted(self) -> int:
        """The number of the first row that the next reading has to have."""
        return self._top

    def take(self, screen: Screen) -> bool:
        """Look at one more reading. False: it has to be read again from the first line of the history on."""
        if not self._in_place(screen):
            if screen.first > 0:
                return False
            self._find_again(screen)
        elif self._was_cleared(screen):
            self._from = max(screen.history, screen.first)
            self._expect_again()
        self._split(screen)
        self._width, self._history = screen.width, screen.history
        return True

    def _was_cleared(self, screen: Screen) -> bool:
        """Whether what stands above reads as it did, and is new: the cursor stays there, and its old line is gone.

        Looked at twice, since a program that draws its prompt anew goes up for a moment, too.
        """
        up = screen.cursor < self._from and not screen.alternate and not self._by_cursor
        if not up or (self._context and not (self._cut and self._head >= 0)):
            self._up = False
            return up and not self._context
        if self._context and known.head(screen, self._from, self._cut) == self._head:
            self._up = False
            return False
        was, self._up = self._up, True
        return was or not self._context

    def _in_place(self, screen: Screen) -> bool:
        """Whether lines have the numbers that they had in the last reading."""
        if (self._width and screen.width != self._width) or screen.history < self._history:
            return False
        if screen.first > self._top:
            return False
        full = screen.history >= screen.limit - screen.limit // 10
        if self._context:
            now = known.sums(screen, self._top, self._from)
            return now[: self._firm] == self._context[: self._firm] if self._firm or not full else now == self._context
        # A whole history may have gone by.
        return not (full and screen.history - self._history > screen.limit // 2)

    def _find_again(self, screen: Screen) -> None:
        """Where the unsettled lines begin now, in a reading of everything. What is nowhere any more has gone by."""
        same_width = not self._width or screen.width == self._width
        nowhere = False
        self.shifts += 1
        # A history becomes shorter when it is dropped, or when a higher screen takes of it.
        dropped = screen.history < self._history and screen.height == self._height
        context = self._context or ()
        place = known.find(screen, context, self._from if same_width else None, dropped=dropped)
        if place is None and same_width and self._firm < len(context):
            firm = known.find(screen, context[: self._firm], self._base, dropped=dropped)
            place = None if firm is None else firm + self._from - self._base
            if firm is None and not dropped and known.are_alike(screen, context, self._top):
                place = self._from
        if place is None and same_width and screen.history >= self._history and not self._by_cursor:
            place = known.changed(screen, self._context or (), self._top)
            if place is not None:  # drawn anew from there on
                self._cut, self._redrawn = 0, True
                self._doubtful = len(self._shown)
                if screen.cursor < place and not screen.alternate:  # and all above that, too
                    place, self._doubtful = screen.history, 0
        if place is None:
            place = 0 if same_width else screen.history
            self._cut = self._cut if self._head >= 0 else 0
            nowhere = True
        self._from = place
        if self._cut and (not same_width or self._head >= 0) and known.head(screen, place, self._cut) != self._head:
            self._cut = 0
        if not self._cut:
            if not same_width and self._shown:
                self._doubtful = len(self._shown) + 1  # narrower, it may have become more
            self._expect_again()
            # A history that was cleared is as short as what came since, one that is full has lost something.
            full = screen.history >= screen.limit - max(1, screen.limit // 10)
            self.missing = self.missing or (nowhere and full)

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
        cut = self._without_prompt(rows, start)
        expected = self._echo if cut or not self._cut else echo.behind_prompts(self._sent or self._echo)
        passed = self._sent is not None and bool(cut) and start < cursor and not rows[start].strip()
        begin = start + passed  # behind an echo that ends there, nothing is no line
        self._undone = self._cut if not cut else 0
        if border > start:
            lines, self._echo = self._without_echo(known.joined(rows, screen.wrapped, begin, border), expected)
            self._undone = 0
            self.settled.extend(lines)
            self.count += len(lines)
            self._from, self._cut, begin, expected = screen.first + border, 0, border, self._echo
            cut, start, self.undrawn = "", border, False
        doubtful = self._doubtful
        open_lines, after = self._without_echo(known.joined(rows, screen.wrapped, begin, end), expected)
        self._doubtful = doubtful
        if self.undrawn and open_lines:
            open_lines[0] = echo.Doubtful(open_lines[0])
        self.ends_at_cursor = bool(open_lines) and end - 1 == cursor and not screen.alternate
        if self.ends_at_cursor and echo.is_begun(open_lines[-1], after):
            open_lines[-1] = echo.Doubtful(open_lines[-1])
        self.cursor_line = CursorLine()
        if not screen.alternate and start <= cursor < len(rows):
            self.cursor_line = _cursor_line(screen, rows, (start, cursor, end), cut, open_lines)
        self.open = [*open_lines, *screen.over]
        self.above = []
        if self._redrawn:
            self.above = known.joined(rows, screen.wrapped, screen.history - screen.first, self._from - screen.first)
        self._top = known.top(screen.history, self._from)
        # What is final by its place above the cursor may be drawn over; what is in the history cannot.
        self._base = min(self._from, screen.history) if self._by_cursor else self._from
        self._context = known.sums(screen, self._top, self._from) if self._top >= screen.first else None
        self._firm = len(known.sums(screen, self._top, self._base)) if self._context else 0
        self._height = screen.height

    def _without_echo(self, lines: Sequence[str], expected: Echo) -> tuple[list[str], Echo]:
        left, after = echo.removed(known.without(lines, self._shown), expected)
        if after.at and self._prompt[1] >= 0:
            left = [line for line in left if not self._is_drawn_again(line)]
        if after.at > expected.at:
            self._doubtful = 0
        elif lines and left[:1] == lines[:1] and echo.is_inside(left[0], expected, self._undone):
            # Behind output without a line's end bash takes its prompt for the line's beginning, and draws over it.
            left[0] = echo.Doubtful(left[0])
        for index, line in enumerate(left):
            if self._doubtful and line.strip():
                left[index] = echo.Doubtful(line)
                self._doubtful -= 1
        return left, after

    def _is_drawn_again(self, line: str) -> bool:
        """Whether it is the first line that was sent, once more behind the same prompt: at the screen's top a line
        editor that draws its line anew may leave what was there in the history.
        """
        cells, head = self._prompt
        return known.sum_of(before_cells(line, cells)) == head and echo.is_first(after_cells(line, cells), self._echo)

    def _without_prompt(self, rows: list[str], start: int) -> str:
        """Take away, on the line that the cursor was on, what stood there; this is what is left of the cursor's place.

        "" where another text stands there since, after a `clear`: then all of it is new.
        """
        self.undrawn = bool(self._cut) and start < len(rows) and known.sum_of(rows[start]) == self._was
        if not self._cut or start >= len(rows):
            return ""
        rest = after_cells(rows[start], self._cut)
        before = rows[start][: len(rows[start]) - len(rest)]
        same = known.sum_of(before) == self._head if self._head >= 0 else echo.is_prompt(before)
        if not (same or echo.begins(rest, self._echo)):
            return ""
        self._was = -1 if same else self._was  # so it was drawn
        self._head = known.sum_of(before)
        rows[start] = "" if known.sum_of(rest.strip()) == self._right else rest
        return before or " "

    def _expect_again(self) -> None:
        """The place of sending is not as it was, so the echo may come there, or come once more, behind a prompt."""
        self._echo = echo.behind_prompts(self._sent or self._echo)
        self._sent, self._cut = None, 0


def _cursor_line(
    screen: Screen, rows: Sequence[str], places: tuple[int, int, int], cut: str, shown: Sequence[str]
) -> CursorLine:
    """`places`: indexes of the first row that is open, of the cursor's, and of that behind the last. `cut`: what is old
    on the first one. `shown`: the lines without the echo.
    """
    start, cursor, end = places
    first = cursor
    while first > start and first - 1 in screen.wrapped:
        first -= 1
    below = len(known.joined(rows, screen.wrapped, first, end)) - 1
    index = len(shown) - 1 - below
    if index < 0:
        return CursorLine()
    whole = known.joined(rows, screen.wrapped, first, end)[0]
    row = before_cells((cut if cursor == start else "") + rows[cursor], screen.column)
    before = "".join(rows[first:cursor]) + row[len(cut) if cursor == start else 0 :]
    gone = len(whole) - len(shown[index])  # an echo before it
    return CursorLine(index, before[gone:]) if whole.endswith(shown[index]) else CursorLine()
