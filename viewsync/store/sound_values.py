"""Whether values of our files, which others may have written, can be used."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 2**53  # more than any time
_SAID = {str: "text", bool: "true or false", list: "a list", dict: "an object", type(None): "null"}

# What a value is to be: a type, several, [KIND] for a list of such, or {"": KIND} for an object of such.
Kind = Any


def kind_of(value: Any) -> str:
    return _SAID.get(type(value), "a number")


def wrong(value: Any) -> str:
    """What is wrong with it, or with what it consists of; "" where nothing is."""
    found, left = "", [value]
    while left and not found:
        part = left.pop()
        if isinstance(part, str):
            found = wrong_text(part)
        elif isinstance(part, float) or (isinstance(part, int) and not isinstance(part, bool)):
            found = "" if abs(part) < LARGEST else "is too large a number"
        elif isinstance(part, dict):
            left += [*part, *part.values()]
        elif isinstance(part, list):
            left += part
    return found


def wrong_text(text: str) -> str:
    if "\0" in text:
        return "holds a NUL"
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return "holds what is no character (a lone surrogate)"
    return ""


def wrong_field(record: Mapping[str, Any], kinds: Mapping[str, Kind]) -> str:
    """Which of its fields, as far as they are known, is none of its kind: the first, and what it is."""
    for key, kind in kinds.items():
        if key not in record:
            continue
        value = record[key]
        if not _is(value, kind):
            return f"its {key} is {kind_of(value)}" if not _is(value, _outside(kind)) else f"its {key} is not all text"
        if problem := wrong(value):
            return f"its {key} {problem}"
    return ""


def _outside(kind: Kind) -> Kind:
    return type(kind) if isinstance(kind, (list, dict)) else kind


def _is(value: Any, kind: Kind) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and all(_is(part, kind[0]) for part in value)
    if isinstance(kind, dict):
        return isinstance(value, dict) and all(_is(part, kind[""]) for part in value.values())
    return isinstance(value, kind) and (not isinstance(value, bool) or kind is bool)
