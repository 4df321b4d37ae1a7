"""A window's layout: whether it is one, and whether a window is laid out so.

tmux 3.3a, and others, end with all sessions on words that are none (`main`).

A layout is a name, or what `#{window_layout}` prints: a checksum and a tree of cells, `5ae2,80x24,0,0{...}`.
"""

from __future__ import annotations

from viewsync.tmux.rules import layout_tree
from viewsync.tmux.rules.layout_tree import NoTree
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from viewsync.tmux.rules.layout_tree import Cell

NAMES = ("even-horizontal", "even-vertical", "main-horizontal", "main-vertical", "tiled")
SINCE_3_5 = ("main-horizontal-mirrored", "main-vertical-mirrored")

SAME = "same"
SIZES = "sizes"  # the cells stand as they are to, and have other sizes: that may be from clients alone
OTHER = "other"
UNKNOWN = "unknown"  # nothing speaks against it, and nothing proves it

_HEX = frozenset("0123456789abcdef")
_UNEVEN = 2  # cells more than one for each pane: what tmux gives to the last one, and what it takes for a border


def named(layout: str) -> bool:
    return layout in NAMES or layout in SINCE_3_5


def problem(layout: str, panes: int, version: tuple[int, int]) -> str:
    """Why tmux of that version cannot lay out so many panes so, "" when it can."""
    if layout in NAMES:
        return ""
    if layout in SINCE_3_5:
        return "" if version >= (3, 5) else f"tmux {version[0]}.{version[1]} has no layout {layout!r}"
    checksum, _, tree = layout.partition(",")
    if len(checksum) != 4 or not _HEX.issuperset(checksum):
        return f"there is no layout {layout!r}: there are {', '.join(NAMES)}"
    if int(checksum, 16) != layout_tree.checksum(tree):
        return f"the checksum of the layout {layout!r} is wrong"
    try:
        cell = layout_tree.tree(tree)
        layout_tree.check(cell)
    except NoTree as error:
        return f"the layout {layout!r} is damaged: {error}"
    if len(found := layout_tree.panes(cell)) != panes:
        return f"the layout {layout!r} is for {len(found)} panes, and the window has {panes}"
    return ""


def verdict(layout: str, cell: Cell | None, ours: Collection[str], columns: int = 0) -> str:
    """Whether `ours`, panes of a window, are laid out so.

    `cell`: how the window is, None when that is not known; `columns`: the most that `tiled` may have there, 0 for any.
    Nothing is said of sizes where other panes take their part, or where a tree is of another size than the window:
    tmux scales the cells when a client of another size comes.
    """
    panes = layout_tree.panes(cell) if cell else []
    mine = layout_tree.plain(cell, ours) if cell else None
    if cell is None or mine is None or not set(ours) <= set(panes):
        return UNKNOWN
    if len(ours) == 1:
        return SAME
    alone = len(panes) == len(ours)
    if named(layout):
        all_of_it = layout_tree.plain(cell, panes)
        fits = _drawn(layout, len(ours), columns) == _shape(mine) or (
            _drawn(layout, len(panes), columns) == _shape(all_of_it)
        )
        if not fits or not alone or layout.startswith("main-"):
            return UNKNOWN if fits else OTHER
        return SAME if _even(layout, mine) else SIZES
    tree = layout_tree.read(layout)
    return _as_tree(layout_tree.plain(tree, layout_tree.panes(tree)), mine, alone=alone) if tree else UNKNOWN


def _as_tree(wanted: Cell | None, mine: Cell, *, alone: bool) -> str:
    if wanted is None or _shape(wanted) != _shape(mine):
        return OTHER
    if not alone or (wanted.width, wanted.height) != (mine.width, mine.height):
        return UNKNOWN
    return SAME if layout_tree.sizes(wanted) == layout_tree.sizes(mine) else SIZES


def likeness(given: str, wanted: str, columns: int = 0) -> str:
    """Whether two words for a layout mean one: a name and a tree that tmux made of it. SIZES: if clients scaled it."""
    if given == wanted:
        return SAME
    name, tree = (given, wanted) if named(given) else (wanted, given)
    cell = layout_tree.read(tree)
    if cell is None:
        return OTHER
    found = verdict(name, cell, layout_tree.panes(cell), columns)
    if named(name):
        return SAME if found == UNKNOWN else found
    return SAME if found == SAME else OTHER


def word(cell: Cell, columns: int = 0) -> str:
    """A file's word for how a window is: the name for it, or itself."""
    panes = layout_tree.panes(cell)
    for name in NAMES:
        found = verdict(name, cell, panes, columns)
        if found == SAME or (found == UNKNOWN and len(panes) > 2):  # the main pane of two may be any
            return name
    return layout_tree.written(cell)


def _shape(cell: Cell | None) -> str:
    if cell is None or not cell.cells:
        return "p"
    inner = "".join(map(_shape, cell.cells))
    return f"{{{inner}}}" if cell.across else f"[{inner}]"


def _drawn(name: str, panes: int, columns: int) -> str:
    """The shape that tmux makes of it (layout-set.c; seen on 3.3a, 3.5a and 3.8 for up to ten panes)."""
    if name == "tiled":
        return _tiled(panes, columns)
    if name.startswith("even-"):
        return _row(panes) if name == "even-horizontal" else _column(panes)
    others = _row(panes - 1) if name.startswith("main-horizontal") else _column(panes - 1)
    both = f"{others}p" if name.endswith("-mirrored") else f"p{others}"
    return f"[{both}]" if name.startswith("main-horizontal") else f"{{{both}}}"


def _row(panes: int) -> str:
    return f"{{{'p' * panes}}}" if panes > 1 else "p"


def _column(panes: int) -> str:
    return f"[{'p' * panes}]" if panes > 1 else "p"


def _tiled(panes: int, most: int) -> str:
    rows = columns = 1
    while rows * columns < panes:
        rows += 1
        if rows * columns < panes and (most == 0 or columns < most):
            columns += 1
    full, rest = divmod(panes, columns)
    return f"[{_row(columns) * full}{_row(rest) if rest else ''}]"


def _even(name: str, cell: Cell) -> bool:
    """As even as tmux leaves it. Of `tiled` a last row that is not full has a last cell of any width."""
    most = len(cell.cells[0].cells) if name == "tiled" else 0
    rows = [inner for inner in cell.cells if most and len(inner.cells) == most]
    return all(max(sizes) - min(sizes) <= len(sizes) + _UNEVEN for sizes in map(layout_tree.along, [cell, *rows]))
