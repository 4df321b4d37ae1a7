"""The secrets of a session that runs: which variables its project lists as such, and what their values are there."""

from __future__ import annotations

import os

from viewsync.project_files import locating, yaml_files
from viewsync.project_files.rules import environment
from viewsync.project_files.rules.nodes import Unfit
from viewsync.system import processes
from viewsync.tmux import view_origin
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import LiveSession
    from viewsync.tmux.server import Tmux


def listed(about: Mapping[str, Any], root: str) -> tuple[frozenset[str], list[str]]:
    """The names that were secret when it was made, with those that the project's files list by now; and the files that
    cannot be read.
    """
    recorded = about.get("secrets")
    found = {str(name) for name in recorded} if isinstance(recorded, list) else set()
    own = str(about.get("file") or "")
    unread = []
    for file in dict.fromkeys([*([own] if os.path.exists(own) else []), *(locating.files(root) if root else [])]):
        try:
            node = yaml_files.load(file).get("secrets")
        except Unfit:
            unread.append(file)
        else:
            found |= {name.text for name in node.items} if node else set()
    return frozenset(found), unread


def read(tmux: Tmux, server: Server, live: LiveSession, names: Collection[str]) -> list[tuple[str, str]]:
    """Names and values: of those that are listed, and of the session's that look like one. A pane may have its own."""
    own = [(name, value or "") for name, value in view_origin.read(tmux, server.socket, live.id).environment]
    known = environment.secrets(own, names)
    pairs = [*own, *(pair for pid in live.panes for pair in processes.environment(pid).items() if pair[0] in names)]
    return list(dict.fromkeys(pair for pair in pairs if pair[0] in known and pair[1]))
