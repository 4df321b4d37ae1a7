"""The events of all hosts, as they stand in the stream of the index, and as they come."""

from __future__ import annotations

import functools
import time

from viewsync.errors import ViewsyncError
from viewsync.index import client, reading
from viewsync.index.rules import events, keys
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redis import Redis

    from viewsync.context import Context
    from viewsync.index.rules.events import FarEvent

    Entry = tuple[bytes, dict[bytes, bytes]]

_WAIT = 2.0  # seconds that one question waits in the index
_AGAIN = 1.0  # seconds until one that is not there is asked again
_AT_ONCE = 500
_KNOWN = 20_000  # events that are known when they come again
BEGIN = "0-0"


def recent(ctx: Context, most: int, session: str = "") -> tuple[list[FarEvent], str]:
    """The last ones, oldest first, and the id behind which what comes is new. IndexUnavailable."""
    reading.check(ctx)
    index = client.Index(ctx)
    count = keys.MOST_EVENTS if session else min(max(most, 1), keys.MOST_EVENTS)
    try:
        raw = index.ask_for(lambda redis: redis.xrevrange(keys.EVENTS, count=count), _entries)
    finally:
        index.close()
    found = [one for entry, fields in raw if (one := events.read(entry, fields)) and is_about(one, session)]
    return found[:most][::-1], raw[0][0].decode("ascii", "replace") if raw else BEGIN


def is_about(one: FarEvent, session: str) -> bool:
    return not session or session in (one.event.session, one.event.parent)


def follow(
    ctx: Context, since: str, say: Callable[[str], None], over: Callable[[], bool] = lambda: False
) -> Iterator[FarEvent | None]:
    """What comes behind `since`, None now and then where nothing comes. An index that is away is waited for: `say`
    hears of it, once, and when it is back. An event that is published once more comes once.
    """
    index = client.Index(ctx, waits=_WAIT)
    known: dict[tuple[str, int, float], None] = {}
    problem = ""
    while not over():
        try:
            raw = index.ask_for(functools.partial(_next, since), _of_the_stream)
        except ViewsyncError as error:
            if not problem:
                problem = error.message
                say(problem)
            yield None
            time.sleep(_AGAIN)
            continue
        if problem:
            problem = ""
            say(f"the index {index.shown} answers again")
        for entry, fields in raw:
            since = entry.decode("ascii", "replace")
            one = events.read(entry, fields)
            what = (one.host_id, one.number, one.event.at) if one else None
            if one and what and what not in known:
                known[what] = None
                yield one
        for old in list(known)[: max(0, len(known) - _KNOWN)]:
            del known[old]
        yield None


def _next(since: str, redis: Redis) -> Any:
    return redis.xread({keys.EVENTS: since}, count=_AT_ONCE, block=int(_WAIT * 1000))


def _of_the_stream(raw: Any) -> list[Entry]:
    """Of the one that was asked for: the protocol's newer form has a map, the older one a list."""
    if not raw:
        return []
    found = next(iter(raw.values())) if isinstance(raw, dict) else raw[0][1]
    return _entries(found[0] if found and isinstance(found[0], list) else found)


def _entries(raw: Any) -> list[Entry]:
    """Each with its id. One whose fields were deleted has none."""
    found = [(entry, dict(fields or {})) for entry, fields in raw]
    if not all(isinstance(word, bytes) for entry, fields in found for word in (entry, *fields, *fields.values())):
        raise TypeError
    return found
