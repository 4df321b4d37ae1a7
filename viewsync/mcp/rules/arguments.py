"""The arguments of a call, as a client gave them: each of them declared, and of its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewsync.errors import UsageError
from viewsync.text.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {
    "string": "text, without NUL and without half of a character",
    "boolean": "true or false",
    "integer": "a whole number from 0 on",
    "number": "a number from 0 on",
}


def checked(tool: str, given: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that are null: clients send them for what is left out. UsageError names the first that is wrong."""
    known = schema["properties"]
    found = {name: value for name, value in given.items() if value is not None}
    for name, value in found.items():
        if name not in known:
            there = f"it takes: {', '.join(known)}" if known else "it takes none"
            raise UsageError(f"{tool} takes no argument {name!r}", did_you_mean(name, known, there))
        if problem := _problem(value, known[name]):
            raise UsageError(f"{tool}: {name} must be {problem}", known[name]["description"])
    if missing := [name for name in schema["required"] if name not in found]:
        raise UsageError(f"{tool} needs {missing[0]}", f"{missing[0]}: {known[missing[0]]['description']}")
    return found


def _problem(value: Any, schema: Mapping[str, Any]) -> str:
    """What it has to be, where it is something else."""
    if "enum" in schema:
        return "" if value in schema["enum"] else f"one of {', '.join(schema['enum'])}"
    kind = schema["type"]
    if kind == "array":
        return "" if isinstance(value, list) and all(map(_is_text, value)) else "a list of texts"
    if kind == "object":
        is_object = isinstance(value, dict) and all(map(_is_text, [*value, *value.values()]))
        return "" if is_object else "an object of texts"
    return "" if _is_a(kind, value) else _KINDS[kind]


def _is_a(kind: str, value: Any) -> bool:
    if kind == "string":
        return _is_text(value)
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 <= value < 1e9 and (kind == "number" or value == int(value))


def _is_text(value: Any) -> bool:
    """No program takes a NUL as an argument, and half of a surrogate pair is no character."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
