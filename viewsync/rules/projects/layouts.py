"""Whether a window's layout is one. tmux 3.3a, and others, end with all sessions on words that are none (`main`).

A layout is a name, or what `#{window_layout}` prints: a checksum and a tree of cells, `5ae2,80x24,0,0{...}`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

NAMES = ("even-horizontal", "even-vertical", "main-horizontal", "main-vertical", "tiled")
SINCE_3_5 = ("main-horizontal-mirrored", "main-vertical-mirrored")
_LARGEST = 10_000  # columns or rows, tmux's own limit
_CELL = re.compile(r"(\d{1,5})x(\d{1,5}),(\d{1,5}),(\d{1,5})(?:,(\d{1,9}))?", re.ASCII)
_CLOSING = {"{": "}", "[": "]"}


class _Cell(NamedTuple):
    width: int
    height: int
    panes: int
    end: int  # where its text ends


class _NoLayout(Exception):
    pass


def problem(layout: str, panes: int, version: tuple[int, int]) -> str:
    """Why tmux of that version cannot lay out so many panes so, "" when it can."""
    if layout in NAMES:
        return ""
    if layout in SINCE_3_5:
        return "" if version >= (3, 5) else f"tmux {version[0]}.{version[1]} has no layout {layout!r}"
    checksum, _, tree = layout.partition(",")
    if not re.fullmatch(r"[0-9a-f]{4}", checksum):
        return f"there is no layout {layout!r}: there are {', '.join(NAMES)}"
    if int(checksum, 16) != _checksum(tree):
        return f"the checksum of the layout {layout!r} is wrong"
    try:
        cell = _cell(tree, 0)
    except _NoLayout as error:
        return f"the layout {layout!r} is damaged: {error}"
    if cell.end != len(tree):
        return f"the layout {layout!r} is damaged: {tree[cell.end :]!r} stands behind it"
    if cell.panes != panes:
        return f"the layout {layout!r} is for {cell.panes} panes, and the window has {panes}"
    return ""


def _checksum(text: str) -> int:
    found = 0
    for char in text:
        found = ((found >> 1) + ((found & 1) << 15) + ord(char)) & 0xFFFF
    return found


def _cell(text: str, at: int) -> _Cell:
    match = _CELL.match(text, at)
    if not match:
        raise _NoLayout(f"no cell at {text[at:]!r}")
    width, height = int(match[1]), int(match[2])
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise _NoLayout(f"a cell of {width}x{height}")
    end = match.end()
    if end == len(text) or text[end] not in _CLOSING:
        return _Cell(width, height, 1, end)
    if match[5] is not None:
        raise _NoLayout("a pane with others in it")
    return _parent(text, end, width, height)


def _parent(text: str, at: int, width: int, height: int) -> _Cell:
    """`{...}` stands for cells side by side, `[...]` for one above the other, a line between each two."""
    across = text[at] == "{"
    cells: list[_Cell] = []
    end = at
    while not cells or text[end : end + 1] == ",":
        cells.append(_cell(text, end + 1))
        end = cells[-1].end
    if text[end : end + 1] != _CLOSING[text[at]]:
        raise _NoLayout(f"{text[at]!r} is never closed")
    along = sum(each.width if across else each.height for each in cells) + len(cells) - 1
    even = all((each.height == height) if across else (each.width == width) for each in cells)
    if along != (width if across else height) or not even:
        raise _NoLayout("its cells do not fill it")
    return _Cell(width, height, sum(each.panes for each in cells), end + 1)
