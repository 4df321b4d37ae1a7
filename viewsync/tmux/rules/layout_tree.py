"""A window's tree of cells, as `#{window_layout}` prints it behind a checksum: `5ae2,80x24,0,0{...}`."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

_LARGEST = 10_000  # columns or rows, tmux's own limit
_DEEPEST = 200  # cells in cells
_DIGITS = "0123456789"
_MOST = 5  # digits of a size or a place
_MOST_OF_A_PANE = 9
_CLOSING = {"{": "}", "[": "]"}


class Cell(NamedTuple):
    """A pane, or several cells with a line between each two."""

    width: int
    height: int
    pane: str = ""  # its id, "" where tmux did not print it
    cells: tuple[Cell, ...] = ()  # none for a pane
    across: bool = False  # they stand side by side, written `{...}`, else above one another, `[...]`


class NoTree(Exception):
    """Why a text is none."""


def read(layout: str) -> Cell | None:
    """What tmux printed; None for what is no tree. In a window too small for its panes the cells do not fill it."""
    try:
        return tree(layout.partition(",")[2])
    except NoTree:
        return None


def written(cell: Cell) -> str:
    """As every tmux takes it."""
    text = _written(cell, 0, 0)
    return f"{checksum(text):04x},{text}"


def tree(text: str) -> Cell:
    """Without its checksum. NoTree when it is none."""
    cell, end = _cell(text, 0, 0)
    if end != len(text):
        raise NoTree(f"{text[end:]!r} stands behind it")
    return cell


def check(cell: Cell) -> None:
    """NoTree when tmux would not take it."""
    if not (0 < cell.width <= _LARGEST and 0 < cell.height <= _LARGEST):
        raise NoTree(f"a cell of {cell.width}x{cell.height}")
    if not cell.cells:
        return
    for inner in cell.cells:
        check(inner)
    length = sum(along(cell)) + len(cell.cells) - 1
    even = all((inner.height == cell.height) if cell.across else (inner.width == cell.width) for inner in cell.cells)
    if length != (cell.width if cell.across else cell.height) or not even:
        raise NoTree("its cells do not fill it")


def panes(cell: Cell) -> list[str]:
    """In their order."""
    return [pane for inner in cell.cells for pane in panes(inner)] if cell.cells else [cell.pane]


def plain(cell: Cell, of: Collection[str]) -> Cell | None:
    """Of these panes alone, and as one sees it: no cell with one in it, or in one of its own direction."""
    if not cell.cells:
        return cell if cell.pane in of else None
    inner: list[Cell] = []
    for child in cell.cells:
        kept = plain(child, of)
        if kept:
            inner += kept.cells if kept.cells and kept.across == cell.across else [kept]
    if len(inner) == 1:
        return inner[0]
    return cell._replace(cells=tuple(inner)) if inner else None


def along(cell: Cell) -> list[int]:
    """The sizes of the cells in it, in the direction in which they stand."""
    return [inner.width if cell.across else inner.height for inner in cell.cells]


def sizes(cell: Cell) -> list[tuple[int, int]]:
    return [(cell.width, cell.height), *(size for inner in cell.cells for size in sizes(inner))]


def checksum(text: str) -> int:
    found = 0
    for char in text:
        found = ((found >> 1) + ((found & 1) << 15) + ord(char)) & 0xFFFF
    return found


def _head(text: str, at: int) -> tuple[int, int, str, int] | None:
    """Of a cell, `WIDTHxHEIGHT,LEFT,TOP` and `,PANE` behind it: its sizes, the pane's id, and where that ends."""
    found = []
    for sign in ("x", ",", ","):
        end = _behind_digits(text, at)
        if not 0 < end - at <= _MOST or text[end : end + 1] != sign:
            return None
        found.append(int(text[at:end]))
        at = end + 1
    end = min(_behind_digits(text, at), at + _MOST)
    if end == at:
        return None
    behind = _behind_digits(text, end + 1)
    if text[end : end + 1] == "," and 0 < behind - end - 1 <= _MOST_OF_A_PANE and text[behind : behind + 1] != "x":
        return found[0], found[1], f"%{text[end + 1 : behind]}", behind
    return found[0], found[1], "", end


def _behind_digits(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _DIGITS:
        at += 1
    return at


def _cell(text: str, at: int, depth: int) -> tuple[Cell, int]:
    """With where its text ends."""
    head = _head(text, at)
    if head is None:
        raise NoTree(f"no cell at {text[at:]!r}")
    if depth > _DEEPEST:
        raise NoTree("too many cells in cells")
    width, height, pane, end = head
    if end == len(text) or text[end] not in _CLOSING:
        return Cell(width, height, pane), end
    if pane:
        raise NoTree("a pane with others in it")
    begin = end
    cells: list[Cell] = []
    while not cells or text[end : end + 1] == ",":
        cell, end = _cell(text, end + 1, depth + 1)
        cells.append(cell)
    if text[end : end + 1] != _CLOSING[text[begin]]:
        raise NoTree(f"{text[begin]!r} is never closed")
    return Cell(width, height, "", tuple(cells), text[begin] == "{"), end + 1


def _written(cell: Cell, left: int, top: int) -> str:
    head = f"{cell.width}x{cell.height},{left},{top}"
    if not cell.cells:
        return f"{head},{cell.pane[1:]}" if cell.pane else head
    inner = []
    for child in cell.cells:
        inner.append(_written(child, left, top))
        left, top = (left + child.width + 1, top) if cell.across else (left, top + child.height + 1)
    return f"{head}{'{' if cell.across else '['}{','.join(inner)}{'}' if cell.across else ']'}"
