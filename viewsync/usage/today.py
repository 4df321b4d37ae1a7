"""What came and went since midnight, sessions and views, for who watches."""

from __future__ import annotations

import time

from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage import reporting, view_reporting
from viewsync.usage.rules import report as usage_report
from viewsync.usage.rules import view_report
from viewsync.usage.rules.report import RegisteredSession, UsageFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from viewsync.events import Event
    from viewsync.registry.rules.row import Registered
    from viewsync.store.history_database import History
    from viewsync.usage.rules.view_report import Key, ViewNumbers, ViewThere

_BEFORE = 86400.0  # seconds: a view that ends today was mostly left, or made, not long before


class Today(NamedTuple):
    since: float
    made: int  # sessions
    ended: dict[str, int]  # sessions, by whom
    views: ViewNumbers


def midnight(now: float) -> float:
    return reporting.midnight(*time.localtime(now)[:3])


def read(history: History, now: float) -> list[Event]:
    """Oldest first. Raises StateError when the history cannot be read."""
    since = midnight(now) - _BEFORE
    kinds = ", ".join("?" * len(usage_report.EVENTS))
    where = f"what = 'session' AND at >= ? AND event IN ({kinds})"
    sessions = history.find(where, (since, *usage_report.EVENTS), limit=reporting.ALL)[::-1]
    return [*sessions, *view_reporting.written(history, since)]


def count(
    events: Sequence[Event],
    rows: Iterable[Registered],
    there: Mapping[Key, ViewThere],
    unread: Iterable[Key],
    now: float,
) -> Today:
    """`rows`: the registered sessions. `there`, `unread`: as view_report.lives has them."""
    since = midnight(now)
    live = [
        RegisteredSession(row.socket, row.name, row.project, epoch(row.created_at), True, True, False) for row in rows
    ]
    lives = usage_report.lives([event for event in events if event.what == "session"], live, {}, now)
    sessions = usage_report.numbers(UsageFacts(lives, ()), since, now + 1)
    views = view_report.lives([event for event in events if event.what == "view"], there, unread, now)
    return Today(since, sessions.made, sessions.ended, view_report.numbers(views, since, now + 1))
