"""Words as any shell of POSIX reads them, and a terminal shows them: for commands that a person is to copy."""

from __future__ import annotations

from viewsync.light import quote


def joined(*words: str) -> str:
    return " ".join(map(quoted, words))


def quoted(word: str) -> str:
    """What a terminal cannot show as it stands, printf writes. What $() drops stands behind it."""
    if word.isprintable():
        return quote(word)
    kept = word.rstrip("\n")
    text = "".join(map(_octal, kept.encode("utf-8", "surrogateescape")))
    return f"\"$(printf '{text}')\"" + "'\n'" * (len(word) - len(kept))


def _octal(byte: int) -> str:
    """Not its digits: they could stand behind those of an escape."""
    plain = (chr(byte).isalpha() and byte < 128) or byte in b"/._-, "
    return chr(byte) if plain else f"\\{byte:03o}"
