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
        "#{pane_id}",
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


class Look(NamedTuple):
    lines: Range
    join: bool
    colours: bool
    main: bool  # the screen that a full-screen program hides


def read(tmux: Tmux, server: Server, pane: str, look: Look) -> Shot:
    """MissingSession when the pane is gone."""
    token = os.urandom(8).hex()
    done = tmux.run(server.socket, *chain(*commands(pane, token, look)))
    if done.code and messages.no_pane(done.err):
        raise MissingSession(f"there is no pane {pane} on {server.socket}", "it ended just now")
    shot = None if done.code else of_pane(server, pane, done.out, token, look)
    if shot is None:
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or f'exit code {done.code}'}")
    return shot


def commands(pane: str, token: str, look: Look) -> list[list[str]]:
    """What prints it. `token`: a line that the pane cannot hold."""
    flags = [*(["-J"] if look.join else []), *(["-e"] if look.colours else [])]
    mark = ["display-message", "-p", token]
    found = [["display-message", "-p", "-t", pane, _STATE], *_capture([*flags, "-t", pane], look.lines), mark]
    if look.main:
        above, behind = _hidden(look.lines)
        found += [
            *_capture([*flags, "-t", pane], above),
            mark,
            *_capture(["-q", "-a", *flags, "-t", pane], behind),
            mark,
        ]
    return found


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


def of_pane(server: Server, pane: str, said: str, token: str, look: Look) -> Shot | None:
    """What `commands` printed of that pane; None where it is another one's, and where there is not all of it."""
    state, _, text = said.partition("\n")
    shown, *hidden = text.split(f"{token}\n")
    if len(hidden) != (3 if look.main else 1):
        return None
    try:
        found, identity, *numbers = state.split("\t")
        width, height, history, column, row, alternate, dead = (int(number or 0) for number in numbers)
    except ValueError:
        raise TmuxError(f"tmux on {server.socket} answered {state!r}") from None
    if identity != server.identity:
        raise MissingSession(
            f"the tmux server on {server.socket} has been replaced by another server", "its sessions are gone"
        )
    if found != pane:
        return None
    if look.main and alternate:
        above, behind = hidden[:2]
        shown = (above if history else "") + behind
    return Shot(
        _as_written(server, shown) if look.join else shown,
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
