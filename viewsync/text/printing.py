"""What of a text may be shown as it stands, and how the rest is shown, to people, in JSON and in the log."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def printable(text: str) -> str:
    """Text that cannot command the terminal: control characters are shown as escapes."""
    return _escaped(text, _escape)


def in_json(text: str) -> str:
    """The same of JSON, which means what it meant before."""
    return "\n".join(_escaped(line, _json_escape) for line in text.split("\n"))


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    """The one set of what is never shown raw: controls (C1 and DEL, too), whatever turns the direction of text or is
    not seen itself, the ends of lines that only some know, and what Unicode leaves to others.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be").hex()  # JSON has a pair of surrogates for what is beyond U+FFFF
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
