"""What a pane shows, as it was read in one moment."""

from __future__ import annotations

from viewsync.text.cell_width import after_cells
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Screen(NamedTuple):
    """One reading of a pane. `rows` are the lines as wide as the pane, without those that tmux was not asked for."""

    pane_id: str
    server: str  # "pid.start"
    history: int  # lines in the history
    limit: int  # that it may have
    width: int
    height: int
    column: int  # of the cursor
    row: int
    alternate: bool
    dead: bool
    status: int | None  # the exit status of a dead pane's program
    pid: int
    first: int  # the number of rows[0]
    rows: tuple[str, ...]  # history and main screen, also behind an alternate one
    wrapped: frozenset[int]  # indexes of rows that go on in the next one
    over: tuple[str, ...]  # the alternate screen's lines, while it is shown
    anchor: str  # what the option OPTION holds

    @property
    def cursor(self) -> int:
        """The number of the cursor's line."""
        return self.history + self.row


def unpadded(rows: Sequence[str], wrapped: Collection[int] = (), cursor: int = -1, column: int = 0) -> list[str]:
    """Rows without blanks at their ends, as far as nothing shows that somebody wrote them.

    What goes on in the next row stays whole, and the cursor's row, `cursor`, as far as the cursor: a prompt ends so.
    """
    return [row if at in wrapped else _unpadded(row, column if at == cursor else 0) for at, row in enumerate(rows)]


def _unpadded(row: str, column: int) -> str:
    text = row.rstrip(" ")
    before = row[: len(row) - len(after_cells(row, column))]
    return text if len(text) > len(before) else before
