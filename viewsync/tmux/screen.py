"""One reading of one pane's screen and history, in one call, so that all of it is of the same moment."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, TmuxError
from viewsync.tmux import messages
from viewsync.tmux.rules import anchor
from viewsync.tmux.rules.screen import Screen, unpadded
from viewsync.tmux.rules.versions import pads_lines
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.server import Tmux

_STATE = "\t".join(
    (
        "#{pane_id}",
        "#{pid}.#{start_time}",
        "#{history_size}",
        "#{history_limit}",
        "#{pane_width}",
        "#{pane_height}",
        "#{cursor_x}",
        "#{cursor_y}",
        "#{alternate_on}",
        "#{pane_dead}",
        "#{pane_dead_status}",
        "#{pane_pid}",
        "#{version}",
        f"#{{{anchor.OPTION}}}",
    )
)


def read(tmux: Tmux, socket: str, pane: str, back: int | None) -> Screen:
    """The screen and `back` lines of history above it, None for all of them. MissingSession when there is no pane."""
    token = os.urandom(8).hex()
    done = tmux.run(socket, *chain(*reading(pane, token, back)))
    if messages.no_pane(done.err):
        raise MissingSession(f"there is no pane {pane} on {socket}", "it ended; `viewsync list` shows what is there")
    screen = None if done.code else parsed(done.out, token)[0]
    if screen is None:
        raise TmuxError(f"tmux on {socket}: {done.err.strip() or 'no full answer'}")
    return screen


def reading(pane: str, token: str, back: int | None) -> list[list[str]]:
    """The commands that print it. `token`: a line that the pane cannot hold.

    tmux has the lines either as they stand or as they were written (-J), and says nowhere which of them wrapped; of
    both together it can be seen. With -N, as with -J, the spaces at their ends stay.
    """
    start = "-" if back is None else str(-back)
    mark = ["display-message", "-p", token]
    of = ["-t", pane]
    return [
        mark,
        ["display-message", "-p", *of, _STATE],
        ["capture-pane", "-p", "-N", *of, "-S", start],
        mark,
        ["capture-pane", "-p", "-J", *of, "-S", start],
        mark,
        ["capture-pane", "-p", "-q", "-a", "-N", *of],
        mark,
        ["capture-pane", "-p", "-q", "-a", "-J", *of],
        mark,
    ]


def parsed(out: str, token: str) -> tuple[Screen | None, str]:
    """What `reading` printed, None where it did not, and what else was."""
    parts = out.split(f"{token}\n")
    if len(parts) != 6:
        return None, parts[0] + parts[-1]
    state, _, rows = parts[1].partition("\n")
    return _screen(state.split("\t"), *(_lines(part) for part in (rows, *parts[2:5]))), parts[0] + parts[5]


def of_pane(said: str, token: str, pane: str) -> Screen | None:
    """The reading of that pane in what was said; None where it is another one's, and where there is none."""
    screen = parsed(said, token)[0] if said else None
    return screen if screen and screen.pane_id == pane else None


def _lines(text: str) -> list[str]:
    return text.split("\n")[:-1]


def _screen(
    state: Sequence[str], rows: list[str], joined: list[str], behind: list[str], behind_joined: list[str]
) -> Screen:
    pane, server, *rest, status, pid, version, kept = state
    history, limit, width, height, column, row, alternate, dead = (int(number or 0) for number in rest)
    above = max(0, len(rows) - height)  # lines of history among them
    over: list[str] = []
    wrapped = _wrapped(rows, joined)
    behind_wrapped = _wrapped(behind, behind_joined)
    if pads_lines(version):
        rows = unpadded(rows, wrapped, above + row, column)
        behind = unpadded(behind, behind_wrapped)
    if alternate:
        # What is shown lies over the main screen, whose lines tmux keeps aside; the history is the main screen's.
        over = _joined(rows[above:], frozenset(line - above for line in wrapped))
        rows = rows[:above] + behind
        shifted = {line + above for line in behind_wrapped}
        wrapped = frozenset({line for line in wrapped if line < above - 1} | shifted)
    if dead:
        # tmux has pushed everything up by a line for its own "Pane is dead", and left the cursor there.
        rows = rows[:-1]
        row = max((number for number, text in enumerate(rows[above:]) if text), default=0)
    return Screen(
        pane_id=pane,
        server=server,
        history=history,
        limit=limit,
        width=width,
        height=height,
        column=column,
        row=row,
        alternate=bool(alternate),
        dead=bool(dead),
        status=int(status) if status else None,
        pid=int(pid or 0),
        first=history - above,
        rows=tuple(rows),
        wrapped=wrapped,
        over=tuple(over),
        anchor=kept,
    )


def _wrapped(rows: list[str], joined: Sequence[str]) -> frozenset[int]:
    """Which rows go on in the next one: a written line is its rows put together.

    tmux 3.4 and newer pad rows with spaces that nobody wrote; they are taken away here.
    """
    found: set[int] = set()
    index = 0
    for line in joined:
        taken = 0
        while index + 1 < len(rows) and taken + len(rows[index]) < len(line):
            found.add(index)
            taken += len(rows[index])
            index += 1
        if index < len(rows):
            rows[index] = line[taken:]
        index += 1
    return frozenset(found)


def _joined(rows: Sequence[str], wrapped: frozenset[int]) -> list[str]:
    lines: list[str] = []
    for index, row in enumerate(rows):
        if index - 1 in wrapped:
            lines[-1] += row
        else:
            lines.append(row)
    while lines and not lines[-1]:
        lines.pop()
    return lines
