"""How long, and up to what size, something is kept: `400d`, `36h`, a bare number of days; `200MB`, `2GB`; `forever`."""

from __future__ import annotations

from viewsync.light import re
from viewsync.text import durations

SHAPES = {
    "kept_for": "a number of days, a duration as in 90d or 36h, or forever",
    "kept_up_to": "a size as in 200MB or 2GB, or forever",
}
_FOREVER = ("forever", "never", "0")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])i?B?", re.ASCII | re.IGNORECASE)
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def kept_for(text: str) -> float | None:
    """Seconds; 0 for ever, None for what is no duration."""
    if text.lower() in _FOREVER:
        return 0.0
    return durations.seconds(f"{text}d" if text.replace(".", "", 1).isdecimal() else text, unit=True)


def kept_up_to(text: str) -> float | None:
    """Bytes; 0 for any size, None for what is no size."""
    if text.lower() in _FOREVER:
        return 0.0
    match = _SIZE.fullmatch(text)
    return float(match[1]) * _UNITS[match[2].upper()] if match else None
