"""A host's document in the index: how it is written, and what of another's is believed. Whoever can write to the index
can write anything there, so each value is looked at, and what is none counts as not there.
"""

from __future__ import annotations

from viewsync.light import json
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

FORM = 1
MOST_ROWS = 2000  # of a host
LARGEST = 4_000_000  # characters of a document
_HEAD = 10_000  # characters that a host's name may take
_LONGEST = 4096  # characters of a text
_VIEWS = 100  # of a session
_LATEST = 253402300799.0  # the last second of a year of four digits
_STATUSES = ("alive", "dead", "missing", "zombie", "server", "unknown")
_UNKNOWN = "unknown"


class FarView(NamedTuple):
    name: str
    id: str
    attached: bool


class Row(NamedTuple):
    """A session of some host. Times are epoch seconds of the clock that the document's are of, 0 where not known."""

    name: str
    socket: str
    target: str = ""
    type: str = ""
    project: str = ""
    status: str = _UNKNOWN
    pid: int = 0
    created: float = 0.0
    active: float = 0.0
    quarantined: bool = False
    moved_to: str = ""
    views: tuple[FarView, ...] = ()
    id: str = ""  # "$7"; "" where it is not there
    attached: bool = False
    windows: int = 0
    registered: bool = True


class HostRows(NamedTuple):
    """What one host says, as of its last word."""

    id: str
    host: str
    rows: tuple[Row, ...]
    live: bool
    seen: float  # epoch seconds of our own clock
    left_out: int = 0  # rows that were more than MOST_ROWS


def body(rows: Iterable[Row]) -> str:
    """The same for the same rows. What does not differ from a row that says nothing is left out."""
    found = sorted(rows)
    told = [{key: value for key, value in row._asdict().items() if value != _NOTHING.get(key)} for row in found]
    most = MOST_ROWS
    while True:
        text: str = json.dumps({"rows": told[:most], "left_out": max(0, len(told) - most)})
        if len(text) < LARGEST - _HEAD or not most:
            return text
        most //= 2


_NOTHING: dict[str, Any] = Row("", "")._asdict()


def document(host: str, now: float, rows: str) -> str:
    """`now`: this host's clock as it is published. `rows`: as `body` has them."""
    return f'{{"form": {FORM}, "host": {json.dumps(host)}, "now": {now:.3f}, {rows[1:]}'


def read(host_id: str, raw: bytes, ends: float, index_now: float, now: float) -> HostRows | None:
    """`raw`: as it stands in the index. `ends`: when it runs out by the index's clock, which says `index_now` while
    ours says `now`, in seconds. None for what is not understood.
    """
    head, at, ttl, text = _parts(raw)
    if head < 0 or not _is_text(host_id) or not host_id or len(text) > LARGEST:
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("form") != FORM or not isinstance(told.get("rows"), list):
        return None
    ours = now - index_now  # what our clock is ahead of the index's
    theirs = at - _number(told.get("now"))  # what its clock was behind the index's when it published
    shift = _settled(ours + theirs)
    rows = tuple(row for one in told["rows"][:MOST_ROWS] if (row := _row(one, shift)))
    live = index_now < ends
    return HostRows(
        host_id,
        _text(told.get("host")) or host_id,
        rows if live else tuple(row._replace(status=_UNKNOWN) for row in rows),
        live,
        max(0.0, min(now, ends - ttl + ours)),
        _count(told.get("left_out")) + max(0, len(told["rows"]) - len(rows)),
    )


def _parts(raw: bytes) -> tuple[int, float, float, str]:
    epoch, _, rest = raw.partition(b" ")
    at, _, rest = rest.partition(b" ")
    ttl, _, text = rest.partition(b" ")
    if not all(word.isdigit() and len(word) < 17 for word in (epoch, at, ttl)):
        return -1, 0.0, 0.0, ""
    return int(epoch), int(at) / 1000, int(ttl) / 1000, text.decode("utf-8", "replace")


def _settled(shift: float) -> float:
    """Clocks that tell the same time are not told apart by the way from one to the other."""
    return 0.0 if abs(shift) < 5 else float(round(shift))


def _row(told: Any, shift: float) -> Row | None:
    if not isinstance(told, dict) or not _text(told.get("name")) or not _is_text(told.get("socket")):
        return None
    created, active = (_shifted(_number(told.get(key)), shift) for key in ("created", "active"))
    status = told.get("status")
    views = told.get("views")
    return Row(
        name=told["name"],
        socket=told["socket"],
        target=_text(told.get("target")),
        type=_text(told.get("type")),
        project=_text(told.get("project")),
        status=status if isinstance(status, str) and status in _STATUSES else _UNKNOWN,
        pid=_count(told.get("pid")),
        created=created,
        active=active,
        quarantined=told.get("quarantined") is True,
        moved_to=_text(told.get("moved_to")),
        views=tuple(view for one in views[:_VIEWS] if (view := _view(one))) if isinstance(views, list) else (),
        id=_text(told.get("id")),
        attached=told.get("attached") is True,
        windows=_count(told.get("windows")),
        registered=told.get("registered", True) is True,
    )


def _shifted(at: float, shift: float) -> float:
    return at + shift if at and 0 < at + shift < _LATEST else 0.0


def _view(told: Any) -> FarView | None:
    if not isinstance(told, list) or len(told) != 3 or not all(map(_is_text, told[:2])):
        return None
    return FarView(told[0], told[1], told[2] is True)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def _text(value: Any) -> str:
    return value if _is_text(value) else ""


def _number(value: Any) -> float:
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < _LATEST
    return float(value) if usable else 0.0


def _count(value: Any) -> int:
    return int(_number(value)) if _number(value) < 2**31 else 0
