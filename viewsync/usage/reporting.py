"""What the history and the registry together tell of the use of sessions, over any stretch of time."""

from __future__ import annotations

import time

from viewsync.errors import UsageError
from viewsync.sessions import listing
from viewsync.sessions.rules import health
from viewsync.text import durations
from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage import folding
from viewsync.usage.rules.report import RegisteredSession
from viewsync.usage.summing import Stretch, Summing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.sessions.listing import Listed
    from viewsync.usage.rules.report import Numbers, Tally

ALL = 10_000_000  # events; more than anybody has
_BASELINE = 3600.0  # seconds before the beginning in which the last sample still counts as "before"
_GONE = (health.MISSING, health.SERVER)
NO_PROJECT = "(none)"


class ReportLine(NamedTuple):
    """One day, project or session."""

    label: str
    numbers: Numbers


class UsageReport(NamedTuple):
    since: float  # 0 for all there is
    until: float
    live: list[RegisteredSession]
    total: Numbers
    days: list[ReportLine]  # none for all there is
    projects: list[ReportLine]
    sessions: list[ReportLine]
    warnings: list[str]


def report(ctx: Context, since: float = 0.0, project: str = "", *, by_session: bool = False) -> UsageReport:
    """`project`: of that one alone. Raises StateError when the history or the registry cannot be read, or not be
    written: what is new in it is folded in first.
    """
    listed, warnings = listing.read(ctx)
    with ctx.progress("reading what is new in the history"):
        folding.fold(ctx.history)
    now = ctx.clock()
    live = [_live(session) for session in listed]
    samples = ctx.history.samples(max(0.0, since - _BASELINE))
    stretch = Stretch(since, now + 1, days(since, now) if since else [])  # what happened just now is in it
    found = ctx.history.within(
        lambda database: Summing(database, stretch, live, samples, now).report(project, by_session=by_session)
    )
    return UsageReport(
        since=since,
        until=now,
        live=[session for session in live if not project or session.project == project],
        total=found.total.numbers(),
        days=[ReportLine(label, tally.numbers()) for label, tally in found.days],
        projects=_lines({name or NO_PROJECT: tally for name, tally in found.projects.items()}),
        sessions=_lines({name: tally for name, tally in found.sessions.items() if name}),
        warnings=warnings,
    )


def _lines(tallies: Mapping[str, Tally]) -> list[ReportLine]:
    lines = [ReportLine(label, tallies[label].numbers()) for label in sorted(tallies)]
    return [line for line in lines if not line.numbers.empty]


def _live(listed: Listed) -> RegisteredSession:
    row, status = listed.row, listed.health.status
    there = status not in _GONE or bool(listed.doubt)
    return RegisteredSession(
        row.socket, row.name, row.project, epoch(row.created_at), there, status == health.ALIVE, listed.in_use
    )


def begin(timeframe: str, now: float) -> float:
    """When `7d`, `36h` and the like began. Whole days are days of the calendar, the present one among them."""
    seconds = durations.seconds(timeframe, unit=True)
    if not seconds:
        raise UsageError(f"--timeframe: not a duration: {timeframe!r}", "a number with d, h, m or s, as in 7d or 36h")
    if timeframe.endswith("d") and timeframe[:-1].isdecimal():
        today = time.localtime(now)
        return midnight(today.tm_year, today.tm_mon, today.tm_mday - int(timeframe[:-1]) + 1)
    return now - seconds


def days(since: float, until: float) -> list[tuple[str, float, float]]:
    """The user's own days in that time: each as its date, when it began, and when it ended. Not all have 24 hours."""
    first = time.localtime(since)
    found: list[tuple[str, float, float]] = []
    number, start = 0, midnight(first.tm_year, first.tm_mon, first.tm_mday)
    while start <= until:
        number += 1
        end = midnight(first.tm_year, first.tm_mon, first.tm_mday + number)
        if end > start:  # a zone that changed sides of the date line has left out a day
            found.append((time.strftime("%Y-%m-%d", time.localtime(start)), start, end))
            start = end
    return found


def midnight(year: int, month: int, day: int) -> float:
    """When that day began; `day` may be out of its month. Some days have no 0:00, and some have it twice."""
    date = time.localtime(time.mktime((year, month, day, 12, 0, 0, 0, 0, -1)))[:3]
    found = time.mktime((*date, 0, 0, 0, 0, 0, -1))
    while time.localtime(found)[:3] < date:
        found += 900
    while time.localtime(found - 900)[:3] == date:
        found -= 900
    return found
