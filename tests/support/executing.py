"""`viewsync exec` in the session `sh`, and what it leaves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.server import Done, Home, Server

SHELLS = ["bash --norc", "dash", "zsh -f", "busybox ash", "mksh", "ksh93"]


def execute(home: Home, *words: str, env: dict[str, str] | None = None) -> Done:
    return home.viewsync("exec", "-s", "sh", "-T", "20", *words, env=env)


def screen(server: Server, name: str = "sh") -> str:
    return server.tmux("capture-pane", "-p", "-J", "-t", f"={name}:")


def folders(home: Home) -> list[str]:
    """Of commands that somebody still wants to know of."""
    root = os.path.join(home.state, "exec")
    return [each for each in os.listdir(root) if os.path.isdir(os.path.join(root, each))]
