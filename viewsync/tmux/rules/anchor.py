"""Where new output begins: the cursor's place at the time of sending, counted from the first line of the history."""

from __future__ import annotations

import re
from typing import NamedTuple

OPTION = "@viewsync_anchor"  # of a pane; what was sent last leaves it there, so that a later `wait` finds it
# tmux expands it in the step before the text goes in, so that nothing can come in between.
FORMAT = "#{history_size},#{cursor_y},#{cursor_x},#{alternate_on},#{pane_width}"


class Anchor(NamedTuple):
    history: int  # lines in the history then
    row: int  # of the cursor on the screen, from 0
    column: int  # of the cursor, in cells; what stands before it is old
    alternate: bool  # the alternate screen was shown
    width: int  # columns; another width later means that lines were wrapped anew

    @property
    def line(self) -> int:
        """The cursor's line, counted from the first one of the history."""
        return self.history + self.row


def parse(text: str) -> Anchor | None:
    """What `FORMAT`, or a format that begins with it, became; None for anything else."""
    match = re.match(r"(\d+),(\d+),(\d+),([01]),(\d+)(?: |$)", text)
    if not match:
        return None
    history, row, column, alternate, width = map(int, match.groups())
    return Anchor(history, row, column, bool(alternate), width)
