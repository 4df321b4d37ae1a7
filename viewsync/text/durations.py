"""Durations as people write them: `30m`, `2h`, `1d`, `500ms`, `2.5s`, and a bare number of seconds."""

from __future__ import annotations

_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SHOWN = (("d", 86400, "h", 3600), ("h", 3600, "m", 60), ("m", 60, "s", 1))
_LONGEST = 366 * 86400 * 100  # a hundred years: beyond it somebody mistyped


def seconds(text: str, *, unit: bool = False) -> float | None:
    """Seconds; None for what is no duration. `unit`: a bare number is none."""
    number = text.rstrip("smhd")
    named = text[len(number) :]
    whole, dot, part = number.partition(".")
    digits = (not whole or whole.isdigit()) and (part.isdigit() if dot else bool(whole))
    if not digits or not number.isascii() or named not in _UNITS or (unit and not named):
        return None
    value = float(number) * _UNITS[named]
    return value if value <= _LONGEST else None


def recorded(value: object, otherwise: float) -> float:
    """Seconds from a file of ours, in which others may have written anything: `otherwise` for what is none."""
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if known and 0 <= value <= _LONGEST else otherwise  # type: ignore[operator,arg-type]


def shown(value: float) -> str:
    """In its two largest units: 2d 3h, 5h 10m, 42s, 1.5s."""
    if value < 10:
        return f"{round(value, 1):g}s"
    left = int(value + 0.5)
    for unit, size, smaller, part in _SHOWN:
        if left >= size:
            rest = left % size // part
            return f"{left // size}{unit} {rest}{smaller}" if rest else f"{left // size}{unit}"
    return f"{left}s"
