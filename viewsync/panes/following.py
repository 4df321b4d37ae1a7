"""The lines that come out of a pane, as they are finished, until its program ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import MissingSession
from viewsync.panes.rules.tail import Tail
from viewsync.panes.waiting import Watch
from viewsync.tmux import screen as tmux_screen
from viewsync.tmux.rules.anchor import Anchor
from viewsync.tmux.server import ServerGone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.context import Context
    from viewsync.registry.targets import PaneAddress

GONE = "gone"  # the pane is no more
EXITED = "exited"  # its program ended, and tmux keeps the pane
TIMEOUT = "timeout"
_LONGEST_END = 1.0  # seconds that tmux may take to notice that a program ended


class News(NamedTuple):
    lines: list[str]
    end: str = ""  # GONE, EXITED or TIMEOUT in the last one
    status: int | None = None  # the exit status, where it can be known


def follow(ctx: Context, place: PaneAddress, before: int, timeout: float) -> Iterator[News]:
    """`before`: lines that are there already; `timeout`: seconds, 0 for none. A line comes when the cursor is below."""
    screen = tmux_screen.read(ctx.tmux, place.socket, place.pane_id, 0)
    first = max(0, screen.cursor - before)
    history = min(first, screen.history)
    anchor = Anchor(history, first - history, 0, alternate=False, width=screen.width)
    watch = Watch(ctx, place, Tail(anchor, by_cursor=True), screen.history)
    try:
        yield from _news(watch, time.monotonic() + timeout if timeout else 0.0)
    finally:
        watch.close()


def _news(watch: Watch, deadline: float) -> Iterator[News]:
    told, ended, last_line = 0, 0.0, ""
    while True:
        try:
            screen = watch.look()
        except (MissingSession, ServerGone):  # a server ends with its last session
            yield News([last_line] if last_line else [], GONE)
            return
        tail = watch.tail
        lines = list(tail.settled)[max(0, len(tail.settled) - (tail.count - told)) :]
        told = tail.count
        last_line = tail.open[0] if tail.open and not screen.alternate else ""
        status = watch.status(screen)
        if screen.dead or not watch.program_runs():
            ended = ended or time.monotonic()
        if screen.dead and (status is not None or time.monotonic() - ended > _LONGEST_END):
            yield News([*lines, *([last_line] if last_line else [])], EXITED, status)
            return
        if lines:
            yield News(lines)
        now = time.monotonic()
        if deadline and now >= deadline:
            yield News([], TIMEOUT)
            return
        watch.nap(min(deadline or now + 60, now + (0.01 if ended else 60)), new=bool(lines))
