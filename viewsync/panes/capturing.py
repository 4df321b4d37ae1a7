"""What exactly one pane shows, as text: its screen, as much of its history as is wanted, or what lies behind."""

from __future__ import annotations

import os

from viewsync.registry import last_active, rows, targets
from viewsync.text import sanitize
from viewsync.tmux import capture as tmux_capture
from viewsync.tmux.capture import Look, Range
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry.targets import TargetArgs


class CaptureOptions(NamedTuple):
    """Lines as tmux counts them: 0 is the screen's first, -1 the history's last, None is as far as it goes."""

    first: int | None = 0
    last: int | None = None
    at_most: int = 0  # that many from the end, out of the history too; 0: all from `first` to `last`
    join: bool = False  # lines that the pane is too narrow for come whole
    colours: bool = False  # with SGR sequences, and no other ones
    main: bool = False  # what a full-screen program hides
    max_lines: int = 0  # of what there is, the two ends of so many lines in all; 0: all of it


class Captured(NamedTuple):
    session: str
    target: str
    pane_id: str
    lines: list[str]  # without the empty ones at the end
    captured_at: str  # as in the registry
    width: int
    height: int
    history_size: int
    cursor: tuple[int, int]  # column and row, on the screen
    alternate: bool
    dead: bool
    left_out: int = 0  # how many lines, where one line says so between the two ends


def capture(ctx: Context, asked: TargetArgs, wish: CaptureOptions = CaptureOptions()) -> Captured:  # noqa: B008  it cannot change
    """MissingSession when there is no such pane, ServerGone or TmuxTimeout as tmux says."""
    lines = Range(-wish.at_most) if wish.at_most else Range(wish.first, wish.last)
    look = Look(lines, wish.join, wish.colours, wish.main)
    token = os.urandom(8).hex()
    located = targets.locate(ctx, asked, lambda target: tmux_capture.commands(target, token, look))
    server, pane_id = located.place.server, located.place.pane_id
    shot = tmux_capture.of_pane(server, pane_id, located.said, token, look)
    shot = shot or tmux_capture.read(ctx.tmux, server, pane_id, look)
    last_active.touch(ctx, located.row)
    pane = located.pane
    text = _lines(shot.text, wish)
    left_out = max(0, len(text) - wish.max_lines) if wish.max_lines else 0
    if left_out:
        from viewsync.text import excerpts  # only for what is too long

        text = excerpts.shortened(text, wish.max_lines)
    return Captured(
        session=located.row.name if located.row else pane.session_name,
        target=pane.place,
        pane_id=pane.id,
        lines=text,
        captured_at=rows.stamp(ctx.clock()),
        width=shot.width,
        height=shot.height,
        history_size=shot.history,
        cursor=shot.cursor,
        alternate=shot.alternate,
        dead=shot.dead,
        left_out=left_out,
    )


def _lines(text: str, wish: CaptureOptions) -> list[str]:
    lines = [sanitize.harmless(part, colours=wish.colours) for part in text.split("\n")]
    while lines and not sanitize.harmless(lines[-1], colours=False).strip():
        lines.pop()
    return lines[-wish.at_most :]  # from 0: all of them
