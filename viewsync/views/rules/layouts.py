"""Where the panes of a WezTerm stand: in which window and tab, and how its tabs are split.

A layout is a list of objects as the registry keeps it, one a pane, the tabs of a window in their order. WezTerm's Lua
module tells of it, and else `wezterm cli list`.
"""

from __future__ import annotations

import math

from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NUMBERS = ("window", "tab", "left", "top", "cols", "rows")
_MOST = 300  # panes
_FAR = 1_000_000_000  # ids and cells


class PlacedPane(NamedTuple):
    tty: str  # "" where it has none
    workspace: str
    window: int
    tab: int
    left: int  # cells, from the tab's corner
    top: int
    cols: int
    rows: int
    active: bool  # in its tab
    front: bool  # its tab is the one that its window shows
    zoomed: bool = False  # the one that its tab shows alone


def read(layout: Any) -> list[PlacedPane]:
    """What is understood of it: a layout is a convenience, and no reason to fail."""
    panes = layout if isinstance(layout, list) else []
    return [pane for pane in map(_pane, panes[:_MOST]) if pane]


def _pane(told: Any) -> PlacedPane | None:
    if not isinstance(told, dict):
        return None
    numbers = [value for name in _NUMBERS if isinstance(value := told.get(name), (int, float)) and 0 <= value < _FAR]
    texts = [value for name in ("tty", "workspace") if isinstance(value := told.get(name) or "", str)]
    if len(numbers) < len(_NUMBERS) or len(texts) < 2:
        return None
    window, tab, left, top, cols, rows = map(int, numbers)
    flags = (bool(told.get(name)) for name in ("active", "front", "zoomed"))
    return PlacedPane(texts[0], texts[1], window, tab, left, top, cols, rows, *flags)


def of_cli(panes: Sequence[Mapping[str, Any]], before: Any) -> list[dict[str, Any]]:
    """As `wezterm cli list` says it. It does not say which tabs are in front, nor how large a pane is that is zoomed:
    that is as it was `before`.
    """
    known = _by_tab(read(before))
    fronts = [tab for tab, shown in known.items() if shown[0].front]
    listed = _by_tab(read([_told_by_cli(pane, fronts) for pane in panes]))
    zoomed = [pane.get("tab_id") for pane in panes if pane.get("is_zoomed")]
    for tab in known.keys() & listed.keys():
        now = {pane.tty: pane for pane in listed[tab]}
        if tab in zoomed and {pane.tty for pane in known[tab]} == now.keys():
            listed[tab] = [
                pane._replace(active=now[pane.tty].active, zoomed=now[pane.tty].zoomed) for pane in known[tab]
            ]
    return kept([pane for shown in listed.values() for pane in shown])


def _by_tab(panes: Sequence[PlacedPane]) -> dict[int, list[PlacedPane]]:
    found: dict[int, list[PlacedPane]] = {}
    for pane in panes:
        found.setdefault(pane.tab, []).append(pane)
    return found


def _told_by_cli(pane: Mapping[str, Any], fronts: Sequence[int]) -> dict[str, Any]:
    size = pane.get("size")
    size = size if isinstance(size, dict) else {}
    return {
        "tty": pane.get("tty_name"),
        "workspace": pane.get("workspace"),
        "window": pane.get("window_id"),
        "tab": pane.get("tab_id"),
        "left": pane.get("left_col"),
        "top": pane.get("top_row"),
        "cols": size.get("cols"),
        "rows": size.get("rows"),
        "active": pane.get("is_active"),
        "front": pane.get("tab_id") in fronts,
        "zoomed": pane.get("is_zoomed"),
    }


def kept(panes: Sequence[PlacedPane]) -> list[dict[str, Any]]:
    return [pane._asdict() for pane in panes]


# How a tab is split


class Split(NamedTuple):
    first: Split | PlacedPane
    second: Split | PlacedPane
    into: str  # "right" or "down": where the second is
    percent: int  # that it has of both


class Start(NamedTuple):
    """How one of the tab's panes is opened again. `beside`: which of them it is split from, -1 for the first."""

    pane: PlacedPane
    into: str  # "tab", "right" or "down"
    beside: int
    percent: int


def starts(panes: Sequence[PlacedPane], wanted: Callable[[PlacedPane], bool]) -> list[Start]:
    """Of one tab those that are wanted, in the order in which to open them; the others' room goes to their neighbours.
    Panes that stand as no splitting makes them have each a tab of their own.
    """
    tree = _tree(list(panes))
    if tree is None:
        return [Start(pane, "tab", -1, 0) for pane in panes if wanted(pane)]
    pruned = _pruned(tree, wanted)
    if pruned is None:
        return []
    found = [Start(_first(pruned), "tab", -1, 0)]
    _open(pruned, 0, found)
    return found


def _open(node: Split | PlacedPane, at: int, found: list[Start]) -> None:
    """The pane at `at` has all the room of the node: give each part of the node its own."""
    if isinstance(node, PlacedPane):
        return
    found.append(Start(_first(node.second), node.into, at, node.percent))
    second = len(found) - 1
    _open(node.first, at, found)
    _open(node.second, second, found)


def _first(node: Split | PlacedPane) -> PlacedPane:
    return node if isinstance(node, PlacedPane) else _first(node.first)


def _pruned(node: Split | PlacedPane, wanted: Callable[[PlacedPane], bool]) -> Split | PlacedPane | None:
    if isinstance(node, PlacedPane):
        return node if wanted(node) else None
    first, second = _pruned(node.first, wanted), _pruned(node.second, wanted)
    return node._replace(first=first, second=second) if first and second else first or second


def _tree(panes: list[PlacedPane]) -> Split | PlacedPane | None:
    """None where no straight cut parts them."""
    if len(panes) == 1:
        return panes[0]
    for into, begin, size in (("right", "left", "cols"), ("down", "top", "rows")):
        cut = _cut(panes, begin, size)
        if cut:
            first, second = _tree(cut[0]), _tree(cut[1])
            return Split(first, second, into, cut[2]) if first and second else None
    return None


def _cut(panes: list[PlacedPane], begin: str, size: str) -> tuple[list[PlacedPane], list[PlacedPane], int] | None:
    """The panes before and behind the first line that crosses none, and what percentage those behind have."""
    starts_at = {pane: getattr(pane, begin) for pane in panes}
    ends_at = {pane: starts_at[pane] + getattr(pane, size) for pane in panes}
    low, high = min(starts_at.values()), max(ends_at.values())
    for line in sorted(set(starts_at.values()) - {low}):
        before = [pane for pane in panes if ends_at[pane] <= line]
        behind = [pane for pane in panes if starts_at[pane] >= line]
        if before and len(before) + len(behind) == len(panes):
            # WezTerm takes that part of the whole, rounded down.
            percent = math.ceil((high - line) * 100 / (high - low))
            return before, behind, min(99, max(1, percent))
    return None
