"""What stands left of the cursor of one pane, and above it, in one call."""

from __future__ import annotations

from viewsync.tmux import rows
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux


class CursorLine(NamedTuple):
    left: str  # of the cursor, its blanks at the end too
    above: str  # the line above it
    top: bool  # nothing is above it, neither on the screen nor in the history


def read(tmux: Tmux, server: Server, pane: str) -> CursorLine:
    state = "#{cursor_x} #{cursor_y} #{history_size}"
    commands = [["display-message", "-p", "-t", pane, state], ["capture-pane", "-p", "-N", "-t", pane]]
    first, *lines = tmux.ask_all(server.socket, commands).split("\n")
    with rows.understood(server.socket):
        column, row, history = map(int, first.split())
    above = lines[:row]
    return CursorLine(
        _cut(lines[row] if row < len(lines) else "", column),
        above[-1] if above else "",
        not history and not any(line.strip() for line in above),
    )


def _cut(line: str, columns: int) -> str:
    if line.isascii():
        return line[:columns].ljust(columns)
    from viewsync.text import cells

    return cells.pad(cells.cut(line, columns, ""), columns)
