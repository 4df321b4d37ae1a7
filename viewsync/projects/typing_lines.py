"""Type the commands of new panes: into all of them side by side, into each line by line, as they are taken.

Each round is one look at all panes and one call that types into those that wait for a line. One that waits for none in
time, since a command works in it, gets the rest typed ahead: its terminal keeps that for who reads it next.
"""

from __future__ import annotations

import time

from viewsync.errors import ViewsyncError
from viewsync.light import re
from viewsync.panes import next_line
from viewsync.project_files.rules.plan import Pace
from viewsync.tmux import input as tmux_input
from viewsync.tmux import pane_states
from viewsync.tmux.rules import marks
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.tmux.pane_states import PaneState
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

_BATCH = tmux_input.LARGEST_SCRIPT  # bytes of text in one call
_STEPS = (0.005, 0.01, 0.02)  # seconds between two looks, the last one from then on


class Typing(NamedTuple):
    pane: str  # its id
    what: str  # "pane 2 of window 'editor'"
    commands: Sequence[str]
    paces: Sequence[Pace] = ()  # of each, where any is not as usual


class Line(NamedTuple):
    typing: Typing
    text: str
    enter: bool
    last: bool  # of its pane's


class _Pane:
    """What is to be typed into one yet."""

    def __init__(self, typing: Typing, *, at_once: bool) -> None:
        """`at_once`: whether it takes a line or not."""
        self.typing = typing
        self.problem = ""
        paces = typing.paces or [Pace()] * len(typing.commands)
        self._lines = [(text.rstrip("\n"), pace) for text, pace in zip(typing.commands, paces, strict=True)]
        self._at_once = at_once
        self._next: next_line.NextLine | None = None
        self._due = time.monotonic() + self._lines[0][1].before

    @property
    def done(self) -> bool:
        return not self._lines and time.monotonic() >= self._due

    def turn(self, state: PaneState | None) -> list[Line]:
        """What is to be typed now."""
        if self._lines and (state is None or state.dead):
            self.drop("its program ended before that")
        if not self._lines or state is None or not self._takes(state):
            return []
        lines = [self._take(state)]
        while self._at_once and self._lines and time.monotonic() >= self._due:
            lines.append(self._take(state))
        return lines

    def _takes(self, state: PaneState) -> bool:
        ready = self._at_once or self._next is None or self._next.ready(state.cursor)
        if time.monotonic() < self._due:
            return False
        if not ready and self._next and self._next.over:
            self._at_once = ready = True
            if not self._next.keeps(sum(len(encoded(text)) + 1 for text, _ in self._lines)):
                rest = _counted([text for text, _ in self._lines])
                self.problem = f"{rest} may be lost: the line before was not taken within {next_line.PATIENCE:g} s"
        return ready

    def _take(self, state: PaneState) -> Line:
        text, pace = self._lines.pop(0)
        self._due = time.monotonic() + pace.after + (self._lines[0][1].before if self._lines else 0.0)
        self._next = (
            next_line.NextLine(state.pid, state.tty, state.cursor) if self._lines and not self._at_once else None
        )
        return Line(self.typing, text, pace.enter, last=not self._lines)

    def drop(self, why: str, line: Line | None = None) -> None:
        """Neither that line was typed, nor is what comes behind it."""
        rest = [*([line.text] if line else []), *(text for text, _ in self._lines)]
        self._lines = []
        self._due = 0.0
        if rest:
            self.problem = f"{_counted(rest)} {'were' if rest[1:] else 'was'} not typed: {why}"


def _counted(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - 1} more" if texts[1:] else ""
    return f"the command {texts[0]!r}{more}"


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def type_all(
    tmux: Tmux,
    server: Server,
    session: str,
    wanted: Sequence[Typing],
    shown: Mapping[str, PaneState],
    at_once: set[str],
) -> list[tuple[str, str]]:
    """Panes in which something was not typed, or may be lost, each with why. `at_once`: those that showed no prompt."""
    panes = [_Pane(typing, at_once=typing.pane in at_once) for typing in wanted]
    left = panes
    steps = iter(_STEPS)
    while left:
        lines = [line for pane in left for line in pane.turn(shown.get(pane.typing.pane))]
        if lines:
            _type(tmux, server, lines, {pane.typing.pane: pane for pane in left})
            steps = iter(_STEPS)
        left = [pane for pane in left if not pane.done]
        if not left:
            break
        time.sleep(next(steps, _STEPS[-1]))
        try:
            shown = pane_states.read(tmux, server, session)
        except ViewsyncError as error:
            for pane in left:
                pane.drop(error.message)
            break
    return [(pane.typing.what, pane.problem) for pane in panes if pane.problem]


def _type(tmux: Tmux, server: Server, lines: Sequence[Line], panes: Mapping[str, _Pane]) -> None:
    """In one call for all, or in several where that would be too much for one."""
    batch: list[Line] = []
    for line in lines:
        if batch and sum(len(encoded(one.text)) for one in [*batch, line]) > _BATCH:
            _put(tmux, server, batch, panes)
            batch = []
        batch.append(line)
    if batch:
        _put(tmux, server, batch, panes)


def _put(tmux: Tmux, server: Server, batch: Sequence[Line], panes: Mapping[str, _Pane]) -> None:
    inputs = [(line.typing.pane, _input(line)) for line in batch]
    last = {line.typing.pane: "" if line.last else marks.partly(line.typing.pane) for line in batch}
    try:
        refused = tmux_input.put_all(tmux, server, inputs, [(pane, marks.UNTYPED, mark) for pane, mark in last.items()])
    except ViewsyncError as error:
        for pane in last:
            panes[pane].drop("")
            panes[pane].problem = f"its commands may not have been typed: {error.message}"
        return
    for line, why in reversed(list(zip(batch, refused, strict=True))):
        if why:
            panes[line.typing.pane].drop(why, line)


def _input(line: Line) -> tmux_input.Input:
    """Told where the text begins and ends, a shell takes a TAB in it for a TAB, and a line's end not for Enter."""
    told = re.search(r"[\n\t]", line.text) and "\033[201~" not in line.text
    return tmux_input.Input(line.text, tmux_input.ASKED if told else tmux_input.NEVER, enter=line.enter)
