"""A server seen again and again: its panes with what tells that one shows something new, and their last lines."""

from __future__ import annotations

import os
import time

from viewsync.tmux import pane_list, rows
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Panes
    from viewsync.tmux.server import Tmux

_MORE = (
    "#{window_activity}",
    "#{history_size}",
    "#{cursor_x},#{cursor_y}",
    "#{pane_width}x#{pane_height}",
    "#{alternate_on}",
)
_MOST = 150  # panes in one call: tmux takes 16 KB of words
_FORMAT = "\t".join((pane_list.PANE, *_MORE))


class Look(NamedTuple):
    """`text`: all that tmux said. `marks`: by pane, what changes when it shows something new."""

    text: str
    panes: Panes
    marks: dict[str, tuple[str, ...]]
    at: float  # epoch seconds, just before it was asked


def look(tmux: Tmux, socket: str, before: Look | None) -> Look:
    """One call; where the server says what it said `before`, that comes back. ServerGone or TmuxError."""
    at = time.time()
    text = tmux.ask_all(socket, [["list-panes", "-a", "-F", _FORMAT], ["display-message", "-p", rows.SERVER]])
    if before and text == before.text:
        return before._replace(at=at)
    lines, marks = [], {}
    for line in text.split("\n"):
        if line.startswith("P\t"):
            line, *more = line.rsplit("\t", len(_MORE))
            marks[line.split("\t", 4)[3]] = tuple(more)
        lines.append(line)
    return Look(text, pane_list.parse(socket, "\n".join(lines)), marks, at)


def active(mark: tuple[str, ...]) -> float:
    """When something last came out, in whole epoch seconds, of one of `Look.marks`."""
    return float(mark[0]) if mark and mark[0].isdigit() else 0.0


def last_lines(tmux: Tmux, socket: str, panes: Sequence[str]) -> dict[str, str]:
    """The last line with anything on it that each pane shows, in one call; none of a pane that is gone.

    Behind such a pane tmux says no more: those come with the next call.
    """
    found: dict[str, str] = {}
    for at in range(0, len(panes), _MOST):
        found.update(_last_lines(tmux, socket, panes[at : at + _MOST]))
    return found


def _last_lines(tmux: Tmux, socket: str, panes: Sequence[str]) -> dict[str, str]:
    token = os.urandom(8).hex()  # a line that no pane can hold
    mark = ["display-message", "-p", token]
    commands = [command for pane in panes for command in (["capture-pane", "-p", "-t", pane], mark)]
    *screens, _ = tmux.run(socket, *chain(*commands)).out.split(f"{token}\n")
    return {pane: _last(screen) for pane, screen in zip(panes, screens, strict=False)}


def _last(screen: str) -> str:
    return next((line.rstrip() for line in reversed(screen.split("\n")) if line.strip()), "")
