"""The ways in which a client leaves its session."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.server import Server

WAYS = ("detach-client", "prefix d", "HUP", "KILL", "terminal closed")
# So short an interval that a client whose terminal is gone notices it by the status line at the latest.
CONF = "set -g status-interval 1\n"


def leave(server: Server, tab: Tab, way: str) -> None:
    if way == "detach-client":
        server.tmux("detach-client", "-t", tab.tty)
    elif way == "prefix d":
        tab.type("\x02d")
    elif way == "terminal closed":
        tab.close()
    else:
        tab.signal(getattr(signal, f"SIG{way}"))
