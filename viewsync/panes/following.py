"""The lines that come out of a pane, as they are finished, until its program ends."""

from __future__ import annotations

import time

from viewsync.errors import MissingSession
from viewsync.panes.rules.tail import Tail
from viewsync.panes.rules.told import Told
from viewsync.panes.waiting import Watch
from viewsync.tmux import screen as tmux_screen
from viewsync.tmux.rules.anchor import Anchor
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.context import Context
    from viewsync.registry.targets import PaneAddress
    from viewsync.tmux.rules.screen import Screen

GONE = "gone"  # the pane is no more
EXITED = "exited"  # its program ended, and tmux keeps the pane
TIMEOUT = "timeout"
_LONGEST_END = 1.0  # seconds that tmux may take to notice that a program ended
_STILL = 0.5  # seconds in which a line that is not finished, or was drawn over, does not change any more


class News(NamedTuple):
    lines: list[str]
    end: str = ""  # GONE, EXITED or TIMEOUT in the last one
    status: int | None = None  # the exit status, where it can be known
    unfinished: str = ""  # a line that waits, as a question does; it comes once more should it go on
    lost: bool = False  # lines before these went out of a full history before they could be read
    drawn_over: int = 0  # lines that had been told and were drawn over, in all


def follow(ctx: Context, place: PaneAddress, before: int, timeout: float) -> Iterator[News]:
    """`before`: lines that are there already; `timeout`: seconds, 0 for none. A line comes when the cursor is below."""
    try:
        screen = tmux_screen.read(ctx.tmux, place.socket, place.pane_id, 0)
    except (MissingSession, ServerGone):  # since it was found, just now
        yield News([], GONE)
        return
    first = max(0, screen.cursor - before)
    history = min(first, screen.history)
    anchor = Anchor(history, first - history, 0, alternate=False, width=screen.width)
    watch = Watch(ctx, place, Tail(anchor, by_cursor=True), screen.history)
    try:
        news = _News(watch, time.monotonic() + timeout if timeout else 0.0, waits=before > 0)
        yield from news.all()
    finally:
        watch.close()


class _News:
    def __init__(self, watch: Watch, deadline: float, *, waits: bool) -> None:
        """`waits`: a line that waits already is told, too."""
        self._watch = watch
        self._first = not waits
        self._deadline = deadline
        self._told = Told()
        self._count = 0  # of the settled lines, those that were told
        self._missing = False
        self._waits = ""  # the line that is not finished
        self._since = 0.0  # from when on that has been so
        self._shown = ""  # which of them was told
        self._ended = 0.0  # when the program was first seen to have ended

    def all(self) -> Iterator[News]:
        while True:
            try:
                screen = self._watch.look()
            except (MissingSession, ServerGone):  # a server ends with its last session
                yield self._last(GONE)
                return
            news = self._look(screen)
            status = self._watch.status(screen)
            if screen.dead or not self._watch.program_runs():
                self._ended = self._ended or time.monotonic()
            over = screen.dead and (status is not None or time.monotonic() - self._ended > _LONGEST_END)
            if news.lines or news.unfinished or news.lost:
                yield news
            if over:
                yield self._last(EXITED, status)
                return
            now = time.monotonic()
            if self._deadline and now >= self._deadline:
                yield self._last(TIMEOUT)
                return
            self._watch.nap(self._next(now), new=bool(news.lines))

    def _look(self, screen: Screen) -> News:
        tail, now = self._watch.tail, time.monotonic()
        settled = list(tail.settled)
        lines = settled[max(0, len(settled) - (tail.count - self._count)) :]
        lost = tail.count - self._count > len(settled) or (tail.missing and not self._missing)
        self._count, self._missing, tail.missing = tail.count, False, False
        over = self._told.look(screen, tail.place, tail.shifts, now)
        before = self._told.take() if lines else self._told.take(now - _STILL) if over else []
        waits = tail.open[0] if tail.open and not screen.alternate else ""
        if waits != self._waits:
            self._waits, self._since = waits, now
            self._shown = waits if self._first else self._shown
        self._first = False
        if lines and self._shown and lines[0].rstrip() == self._shown.rstrip():
            del lines[0]
        if lines or not waits.strip():
            self._shown = ""
        unfinished = ""
        if waits.strip() and waits != self._shown and now - self._since >= _STILL:
            unfinished = self._shown = waits
        return News([*before, *lines], unfinished=unfinished, lost=lost)

    def _last(self, end: str, status: int | None = None) -> News:
        line = self._waits if self._waits.strip() and self._waits != self._shown else ""
        lines = [*self._told.take(), *([line] if line else [])]
        return News(lines, end, status, drawn_over=self._told.drawn_over)

    def _next(self, now: float) -> float:
        moments = [now + (0.01 if self._ended else 60), self._deadline or now + 60]
        if self._told.pending:
            moments.append(self._told.since + _STILL)
        if self._waits.strip() and self._waits != self._shown:
            moments.append(self._since + _STILL)
        return min(moments)
