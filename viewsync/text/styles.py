"""What a colour means, and how a terminal is told. Nothing is said by a colour alone, but by its word, too."""

from __future__ import annotations

GOOD, BAD, DOUBT, HEAD, DIM, MEASURE, PLAIN = "good", "bad", "doubt", "head", "dim", "measure", ""

_CODES = {GOOD: "32", BAD: "31", DOUBT: "33", HEAD: "1", DIM: "2", MEASURE: "36"}
_COLUMNS = ("", "STATUS", "STATE", "HEALTH", "NEXT SWEEP")  # those that say how something is, in every table
_WORDS = {
    **dict.fromkeys(("alive", "attached", "OK", "ok"), GOOD),
    **dict.fromkeys(("dead", "missing", "zombie", "gone", "server", "FAIL", "fail"), BAD),
    **dict.fromkeys(("unknown", "suspended", "quarantined", "WARN", "warn", "end", "promote"), DOUBT),
}


def of(column: str, cell: str) -> str:
    """By its first word. A name is never coloured for what it is called."""
    words = cell.replace(":", " ").split()
    return _WORDS.get(words[0], PLAIN) if words and column in _COLUMNS else PLAIN


def painted(text: str, style: str) -> str:
    return f"\033[{_CODES[style]}m{text}\033[0m" if style and text else text
