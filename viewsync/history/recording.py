"""What the session verbs write into the history. It may be locked or broken: that is worth a line in the log.

An event is one of viewsync/events.py's. Nothing that was typed, no value of a variable and no
secret goes into one.
"""

from __future__ import annotations

from viewsync.errors import StateError
from viewsync.events import Event
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewsync.context import Context
    from viewsync.registry.rules.row import Registered


def event(
    clock: Callable[[], float],
    row: Registered,
    kind: str,
    trigger: str,
    reason: str,
    *,
    seconds: float | None = None,
    detail: str = "",
    at: float | None = None,
) -> Event:
    """`seconds`: how long it took. `at`: when it was, now unless it is given."""
    return Event(
        at=clock() if at is None else at,
        event=kind,
        trigger=trigger,
        socket=row.socket,
        server=row.server,
        session=row.name,
        reason=reason,
        project=row.project,
        seconds=seconds,
        detail=detail,
    )


def record(ctx: Context, events: Sequence[Event]) -> None:
    for one in events if ctx.tells("info") else ():
        ctx.log.info("%s %s: %s (%s)", one.event, one.session, one.reason, one.trigger)
    try:
        ctx.history.add([Event(*map(_storable, one)) for one in events])
    except StateError as error:
        ctx.log.warning("%s; not recorded: %s", error.message, [tuple(one) for one in events])


def _storable(value: Any) -> Any:
    """SQLite takes no bytes of a path that are no text, and no lone surrogate."""
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if isinstance(value, str) else value
