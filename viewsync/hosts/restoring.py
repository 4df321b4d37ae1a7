"""Tabs on other hosts, as they can be opened again. A host that does not answer soon says nothing of its sessions: a
tab on one is opened all the same, and shows why it cannot be, or what is there by then.
"""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.hosts import reaching, soon
from viewsync.tmux import inventory
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING
from viewsync.views import restoring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.tmux.rules.model import Inventory
    from viewsync.tmux.server import Tmux
    from viewsync.views.rules.restoring import ClosedTab

SOON = 3.0  # seconds


def openable(ctx: Context, tabs: Sequence[ClosedTab]) -> list[ClosedTab | None]:
    """Each as restoring.there has it."""
    sockets = {
        host: {tab.socket for tab in tabs if tab.host == host} for host in dict.fromkeys(tab.host for tab in tabs)
    }

    def ask(ctx: Context, host: str) -> dict[str, Inventory | TmuxError | None]:
        far = reaching.far_tmux(ctx, host)
        return {socket: _inventory(far, socket) for socket in sockets[host]}

    answers = soon.ask(ctx, list(sockets), SOON, ask)
    return [_openable(tab, answers[tab.host]) for tab in tabs]


def _inventory(far: Tmux, socket: str) -> Inventory | TmuxError | None:
    """None where its tmux says that no server runs."""
    try:
        return inventory.inventory(far, socket)
    except ServerGone:
        return None
    except TmuxError as error:
        return error


def _openable(tab: ClosedTab, answer: dict[str, Inventory | TmuxError | None] | TmuxError) -> ClosedTab | None:
    found = answer if isinstance(answer, TmuxError) else answer[tab.socket]
    if isinstance(found, TmuxError) or (found and not found.complete):
        return tab._replace(window="")  # an id means something only on the server that gave it
    return restoring.there(tab, found)
