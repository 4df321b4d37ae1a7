"""Text from the code as roff. What could be a command or an escape of roff's becomes the name of a character."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# The first seven have a meaning, or are shown as another character: a hyphen, a quote, an accent.
_NAMES = {"\\": r"\(rs", "-": r"\-", "'": r"\(aq", '"': r"\(dq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}


def text(words: str) -> str:
    """On one line, also as one argument of a macro between double quotes; what stands between backticks is bold."""
    parts = re.split(r"`([^`]*)`", " ".join(words.split()))
    line = "".join(bold(part) if at % 2 else quoted(part) for at, part in enumerate(parts))
    return rf"\&{line}" if line.startswith(".") else line


def bold(words: str) -> str:
    return rf"\fB{quoted(words)}\fR" if words else ""


def italic(words: str) -> str:
    return rf"\fI{quoted(words)}\fR" if words else ""


def quoted(words: str) -> str:
    return "".join(map(_quoted, words))


def _quoted(char: str) -> str:
    if char in _NAMES:
        return _NAMES[char]
    if char.isascii():
        return char if char.isprintable() else " "
    return rf"\[u{ord(char):04X}]"


def paragraphs(docstring: str) -> Iterator[str]:
    for part in docstring.strip().split("\n\n"):
        yield f".PP\n{text(part)}"


def tagged(tag: str, meaning: str) -> str:
    """`tag` is roff already."""
    return f".TP\n{tag}\n{text(meaning)}" if meaning else f".TP\n{tag}"


def block(lines: str) -> str:
    """As it stands, line by line."""
    shown = (rf"\&{quoted(line)}" for line in lines.splitlines())
    return "\n".join([".nf", *shown, ".fi"])
