"""What `#{window_layout}` prints: up to 3.7 a checksum and a tree, which every tmux takes back; since then JSON."""

from __future__ import annotations

from viewsync.light import json
from viewsync.tmux.rules import layout_tree, layouts
from viewsync.tmux.rules.layout_tree import Cell
from viewsync.typed import Any

_SIDE_BY_SIDE, _STACKED, _PANE = "h", "v", "p"


def cell(printed: str) -> Cell | None:
    """None for what is not understood. A pane that floats above the others (3.8) has no place among them."""
    if not printed.startswith("{"):
        return layout_tree.read(printed)
    try:
        return _cell(json.loads(printed)["L"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def portable(printed: str, panes: int) -> str:
    """As every tmux takes it, "" where it cannot be said: panes float, or have less than their window needs."""
    found = cell(printed)
    text = layout_tree.written(found) if found else ""
    return "" if layouts.problem(text, panes, (0, 0)) else text


def spelled(text: str) -> str:
    """A file's word for a layout, as every tmux takes it: the JSON as a tree, everything else as it is."""
    found = cell(text) if text.startswith("{") else None
    return layout_tree.written(found) if found else text


def _cell(data: dict[str, Any]) -> Cell | None:
    width, height = int(data["w"]), int(data["h"])
    if data["t"] == _PANE:
        return None if "z" in data else Cell(width, height, str(data["I"]))
    if data["t"] not in (_SIDE_BY_SIDE, _STACKED):
        raise ValueError(data["t"])
    inner = tuple(child for child in map(_cell, data["c"]) if child)
    return Cell(width, height, "", inner, data["t"] == _SIDE_BY_SIDE) if inner else None
