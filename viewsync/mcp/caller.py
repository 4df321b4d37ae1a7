"""The session that whoever calls us runs in, which no call of theirs may end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewsync.system import processes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.tmux.rules.model import Panes

_DEEPEST = 64  # generations


class Caller:
    """As it was when the server started. Its ancestors tell, where its environment was not handed on to us."""

    def __init__(self, env: Mapping[str, str]) -> None:
        _, _, inside = env.get("TMUX", "").partition(",")  # `path,pid,session`, and a path may hold commas
        self._server, _, session = inside.rpartition(",")
        self._server = self._server.rpartition(",")[2]
        self._pane = env.get("TMUX_PANE", "")
        self._session = "" if self._pane else f"${session}"  # in a popup there is no pane
        self._ancestors = {os.getpid(), *_ancestors(os.getppid())}

    def sessions(self, reading: Panes) -> set[str]:
        """Ids of the sessions of that server that show the pane it runs in."""
        named = self._server == str(reading.server.pid)
        return {
            pane.session
            for pane in reading.panes
            if pane.pid in self._ancestors or (named and (pane.id == self._pane or pane.session == self._session))
        }


def _ancestors(pid: int) -> list[int]:
    found: list[int] = []
    while pid > 1 and pid not in found and len(found) < _DEEPEST:
        found.append(pid)
        seen = processes.look(pid)
        pid = seen.parent if seen else 0
    return found
