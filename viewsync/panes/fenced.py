"""Text into a pane, by who holds its lease: where hosts share leases, the pane takes none of an earlier holder."""

from __future__ import annotations

from viewsync.tmux import input as tmux_input
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.registry.targets import PaneAddress
    from viewsync.tmux.input import Answer, Input
    from viewsync.tmux.server import Tmux


def put(tmux: Tmux, place: PaneAddress, what: Input, kept: str, *, look: bool = False) -> Answer:
    """LockTimeout where the lease is not ours any more: then nothing was put in."""
    fence = place.fence
    if fence:
        what = what._replace(fence=fence(0))
    answer = tmux_input.put(tmux, place.server, place.pane_id, what, kept, look=look)
    if fence and answer.refused == tmux_input.EXPIRED:
        # Asked once more it is still ours, so that no later one was: the index's clock went back.
        what = what._replace(fence=fence(answer.fence))
        answer = tmux_input.put(tmux, place.server, place.pane_id, what, kept, look=look)
    return answer
