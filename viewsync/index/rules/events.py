"""What stands in the stream of events: a host's own history, a line an entry. What another host wrote is looked at."""

from __future__ import annotations

from viewsync.events import Event
from viewsync.light import json
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 4096
_LARGEST = 65_536
_LATEST = 253402300799.0  # the last second of a year of four digits
_NUMBERS = {"at": float, "gui": int, "gui_start": float, "seconds": float}


class FarEvent(NamedTuple):
    entry: str  # its id in the stream
    host: str  # as people know it
    host_id: str
    number: int  # of the line in that host's history
    event: Event


def written(host: str, event: Event) -> str:
    return json.dumps({"host": host, **event._asdict()})


def read(entry: bytes, fields: Mapping[bytes, bytes]) -> FarEvent | None:
    """None for what is not understood."""
    text, number = fields.get(b"e", b""), fields.get(b"n", b"")
    if len(text) > _LARGEST or not (number.isdigit() and len(number) < 16):
        return None
    try:
        told = json.loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not all(map(_fits, told, told.values())) or "event" not in told:
        return None
    values = {name: told.get(name, default) for name, default in _DEFAULTS.items()}
    host_id = fields.get(b"h", b"").decode("utf-8", "replace")[:_LONGEST]
    host = told.get("host")
    return FarEvent(
        entry.decode("ascii", "replace"),
        host if isinstance(host, str) and host else host_id,
        host_id,
        int(number),
        Event(**values),
    )


_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(Event._fields, ""),
    **dict.fromkeys(("at", "gui", "gui_start"), 0),
    "seconds": None,
    "what": "session",
}


def _fits(name: str, value: Any) -> bool:
    """What a newer viewsync says besides is left out."""
    if name not in _DEFAULTS:
        return True
    if name == "seconds" and value is None:
        return True
    if name in _NUMBERS:
        kinds = (int,) if _NUMBERS[name] is int else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool) and 0 <= value < _LATEST
    return isinstance(value, str) and len(value) <= _LONGEST and (name != "what" or value in ("session", "view"))
