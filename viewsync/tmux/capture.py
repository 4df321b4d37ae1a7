"""The lines of one pane as text, with what tmux says of the pane, in one call."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, TmuxError
from viewsync.tmux import messages
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

# No time variable (facts/tmux.md, trap F): display-message takes another pane where the one that is meant is gone,
# and only capture-pane, behind it, fails.
_STATE = "\t".join(
    (
        "#{pid}.#{start_time}",
        "#{pane_width}",
        "#{pane_height}",
        "#{history_size}",
        "#{cursor_x}",
        "#{cursor_y}",
        "#{alternate_on}",
        "#{pane_dead}",
    )
)


class Range(NamedTuple):
    """Lines as tmux counts them: 0 is the screen's first, -1 the history's last. None is as far as it goes.

    Where `first` is None, that is the beginning of the history.
    """

    first: int | None = 0
    last: int | None = None


class Shot(NamedTuple):
    text: str
    width: int
    height: int
    history: int
    cursor: tuple[int, int]  # column and row
    alternate: bool
    dead: bool


def read(tmux: Tmux, server: Server, pane: str, lines: Range, *, join: bool, colours: bool, main: bool) -> Shot:
    """`main`: the screen that a full-screen program hides. MissingSession when the pane is gone."""
    token = os.urandom(8).hex()  # a line that the pane cannot hold
    flags = [*(["-J"] if join else []), *(["-e"] if colours else [])]
    commands = [["display-message", "-p", "-t", pane, _STATE], *_capture([*flags, "-t", pane], lines)]
    if main:
        above, behind = _hidden(lines)
        mark = ["display-message", "-p", token]
        commands += [
            mark,
            *_capture([*flags, "-t", pane], above),
            mark,
            *_capture(["-q", "-a", *flags, "-t", pane], behind),
        ]
    done = tmux.run(server.socket, *chain(*commands))
    if done.code and messages.no_pane(done.err):
        raise MissingSession(f"there is no pane {pane} on {server.socket}", "it ended just now")
    if done.code:
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or f'exit code {done.code}'}")
    return _shot(server, done.out, token, join=join)


def _capture(flags: list[str], lines: Range | None) -> list[list[str]]:
    if lines is None:
        return []
    first = "-" if lines.first is None else str(lines.first)
    return [["capture-pane", "-p", *flags, "-S", first, "-E", "-" if lines.last is None else str(lines.last)]]


def _hidden(lines: Range) -> tuple[Range | None, Range | None]:
    """The part of it in the history, and the part on the screen: behind another one they are read one by one."""
    above = behind = None
    if lines.first is None or lines.first < 0:
        above = Range(lines.first, -1 if lines.last is None else min(lines.last, -1))
    if lines.last is None or lines.last >= 0:
        behind = Range(max(lines.first or 0, 0), lines.last)
    return above, behind


def _shot(server: Server, output: str, token: str, *, join: bool) -> Shot:
    state, _, text = output.partition("\n")
    try:
        identity, *numbers = state.split("\t")
        width, height, history, column, row, alternate, dead = (int(number or 0) for number in numbers)
    except ValueError:
        raise TmuxError(f"tmux on {server.socket} answered {state!r}") from None
    if identity != server.identity:
        raise MissingSession(
            f"the tmux server on {server.socket} has been replaced by another server", "its sessions are gone"
        )
    shown, *hidden = text.split(f"{token}\n")
    if hidden and alternate:
        above, behind = hidden
        shown = (above if history else "") + behind
    return Shot(
        _as_written(server, shown) if join else shown,
        width,
        height,
        history,
        (column, row),
        bool(alternate),
        bool(dead),
    )


def _as_written(server: Server, joined: str) -> str:
    from viewsync.tmux.rules.screen import unpadded  # most captures join nothing
    from viewsync.tmux.rules.versions import pads_lines

    return "\n".join(unpadded(joined.split("\n"))) if pads_lines(server.version) else joined
