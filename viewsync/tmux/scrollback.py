"""Everything that a pane has shown, as far as tmux remembers it."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.tmux import messages
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.server import Tmux


class PaneScrollback(NamedTuple):
    text: str  # its history and its screen, with the escapes of their colours
    exit_status: int | None  # of a program that ended


def read(tmux: Tmux, socket: str, pane: str) -> PaneScrollback | None:
    """None when there is no such pane."""
    done = tmux.run(
        socket,
        *chain(
            ["display-message", "-p", "-t", pane, "#{pane_id} #{pane_dead_status}"],
            ["capture-pane", "-p", "-e", "-S", "-", "-t", pane],
        ),
    )
    head, _, text = done.out.partition("\n")
    shown, _, status = head.partition(" ")
    if messages.no_pane(done.err) or (shown and shown != pane):
        return None
    if done.code or shown != pane:
        raise TmuxError(f"tmux on {socket}: {done.err.strip() or 'no full answer'}")
    return PaneScrollback(text, int(status) if status.isdigit() else None)
