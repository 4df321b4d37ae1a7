"""Lay windows out. Nothing else says `select-layout`: tmux 3.3a ends with all its sessions on a word that it does not
know, and on a damaged tree (trap H).
"""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.tmux.rules import layouts
from viewsync.tmux.rules.language import quoted
from viewsync.tmux.rules.versions import number


def command(version: str, window: str, layout: str, panes: int) -> str:
    """What lays the window out so. TmuxError where a tmux of that version could not do so with so many panes."""
    if problem := layouts.problem(layout, panes, number(version)[:2]):
        raise TmuxError(problem)
    return f"select-layout -t {window} -- {quoted(layout)}"


def even(window: str) -> str:
    """What gives each pane as many lines."""
    return f"select-layout -t {window} even-vertical"


def tiled(window: str) -> str:
    """What gives all panes of the window their room."""
    return f"select-layout -t {window} tiled"
