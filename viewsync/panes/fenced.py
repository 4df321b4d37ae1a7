"""Text into a pane, by who holds its lease: where hosts share leases, the pane takes none of an earlier holder. What
one that was killed has typed there gets its Enter first.
"""

from __future__ import annotations

from viewsync.light import contextlib
from viewsync.system import line_discipline
from viewsync.tmux import input as tmux_input
from viewsync.tmux import pid_namespaces
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.registry.targets import PaneAddress
    from viewsync.tmux.input import Answer, Input
    from viewsync.tmux.server import Tmux


def put(tmux: Tmux, place: PaneAddress, what: Input, kept: str, *, look: bool = False) -> Answer:
    """LockTimeout where the lease is not ours any more: then nothing was put in."""
    answer = _put(tmux, place, what, kept, look=look)
    if answer.refused == tmux_input.DUE:
        _press(tmux, place, answer.due)
        answer = _put(tmux, place, what, kept, look=look)
    return answer


def _press(tmux: Tmux, place: PaneAddress, due: str) -> None:
    """Its Enter, apart from the text before and from what comes behind, so that nobody takes them for one paste."""
    from viewsync.panes import submitting  # hardly ever

    here = pid_namespaces.is_here(place.server)
    terminal = tmux_input.terminal(tmux, place.server, place.pane_id) if here else ""
    line_discipline.wait_until_read(terminal)
    with contextlib.closing(submitting.Counters(place.server.pid_here)) as counters:
        if not tmux_input.press(tmux, place.server, place.pane_id, due).refused:
            counters.wait_until_written(1)
    line_discipline.wait_until_read(terminal)


def _put(tmux: Tmux, place: PaneAddress, what: Input, kept: str, *, look: bool) -> Answer:
    fence = place.fence
    if fence:
        what = what._replace(fence=fence(0))
    answer = tmux_input.put(tmux, place.server, place.pane_id, what, kept, look=look)
    if fence and answer.refused == tmux_input.EXPIRED:
        # Asked once more it is still ours, so that no later one was: the index's clock went back.
        what = what._replace(fence=fence(answer.fence))
        answer = tmux_input.put(tmux, place.server, place.pane_id, what, kept, look=look)
    return answer
