"""How many columns of a terminal a text takes: two for a Chinese character or an emoji, none for an accent.

Counted as rich counts them, which takes 40 ms to import. Control characters have to be escaped before.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOINER, _AS_EMOJI = "\u200d", "\ufe0f"
_NONE = ("Mn", "Mc", "Me", "Cf")  # categories that take no column: what goes with a letter, and what is not seen
_SOFT_HYPHEN = "\xad"  # the one of them that terminals show


def width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(columns for _, columns in _pieces(text))


def pad(text: str, columns: int) -> str:
    """With spaces behind it, at least so wide."""
    return text + " " * (columns - width(text))


def cut(text: str, columns: int, end: str = "…") -> str:
    """At most so wide; a longer one ends with `end`. A character that does not fit in half is left out."""
    if width(text) <= columns:
        return text
    kept, left = [], columns - width(end)
    for piece, wide in _pieces(text):
        left -= wide
        if left < 0:
            break
        kept.append(piece)
    return "".join(kept) + end


def fit(text: str, columns: int) -> str:
    """Exactly so wide: cut, or padded."""
    return pad(cut(text, columns, ""), columns)


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """What stands in one place, and its columns: a character with what belongs to it."""
    piece, wide = "", 0
    joined = False
    for char in text:
        columns = _columns(char)
        if joined or (not columns and piece) or (wide == 2 and "\U0001f3fb" <= char <= "\U0001f3ff"):
            piece += char
            if char == _AS_EMOJI and wide == 1:
                wide = 2
            joined = char == _JOINER
            continue
        if piece:
            yield piece, wide
        piece, wide = char, columns
    if piece:
        yield piece, wide


def _columns(char: str) -> int:
    import unicodedata  # ASCII needs none of it

    if "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":  # the rest of a Korean syllable
        return 0
    if unicodedata.category(char) in _NONE and char != _SOFT_HYPHEN:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
