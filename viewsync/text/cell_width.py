"""How many columns of a terminal text takes."""

from __future__ import annotations


def after_cells(text: str, cells: int) -> str:
    """What is left of a line behind its first `cells` columns."""
    if text.isascii():
        return text[cells:]
    used = 0
    for index, char in enumerate(text):
        if used >= cells and width(char):
            return text[index:]
        used += width(char)
    return ""


def before_cells(text: str, cells: int) -> str:
    """What stands in a line's first `cells` columns, with a blank for each that is empty."""
    before = text[: len(text) - len(after_cells(text, cells))]
    used = len(before) if before.isascii() else sum(map(width, before))
    return before + " " * (cells - used)


def width(char: str) -> int:
    """Columns that a character takes, as terminals have it: wide ones two, combining ones none."""
    code = ord(char)
    if code < 0x300:
        return 1
    if 0x300 <= code < 0x370 or code in (0x200B, 0x200C, 0x200D) or 0xFE00 <= code <= 0xFE0F or 0x20D0 <= code < 0x2100:
        return 0
    return 2 if any(low <= code <= high for low, high in _WIDE) else 1


# Unicode's East Asian Wide and Fullwidth blocks, and emoji.
_WIDE = (
    (0x1100, 0x115F),
    (0x2E80, 0x303E),
    (0x3041, 0x33FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA000, 0xA4CF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6FF),
    (0x1F900, 0x1FAFF),
    (0x20000, 0x3FFFD),
)
