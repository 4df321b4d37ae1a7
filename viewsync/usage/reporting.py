"""What the history and the registry together tell of the use of sessions, over any stretch of time."""

from __future__ import annotations

import time

from viewsync.errors import UsageError
from viewsync.sessions import listing
from viewsync.sessions.rules import health
from viewsync.text import durations
from viewsync.text.nearest import did_you_mean
from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage.rules import report as usage_report
from viewsync.usage.rules.report import RegisteredSession, UsageFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from viewsync.context import Context
    from viewsync.sessions.listing import Listed
    from viewsync.store.history_database import History
    from viewsync.usage.rules.report import Numbers

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


def report(ctx: Context, since: float = 0.0, project: str = "") -> UsageReport:
    """`project`: of that one alone. Raises StateError when the history or the registry cannot be read."""
    listed, warnings = listing.read(ctx)
    now = ctx.clock()
    live = [_live(session) for session in listed]
    facts = _facts(ctx.history, live, since, now)
    if project:
        known = facts.projects() + [session.project for session in live]
        if project not in known:
            there = sorted({label for label in known if label})
            names = f"it knows: {', '.join(there) or 'none yet'}"
            raise UsageError(f"the history has no project {project!r}", did_you_mean(project, there, names))
        facts, live = facts.of_project(project), [session for session in live if session.project == project]
    until = now + 1  # what happened just now is in it

    def lines(parts: Iterable[tuple[str, UsageFacts]]) -> list[ReportLine]:
        found = [ReportLine(label, usage_report.numbers(part, since, until)) for label, part in parts]
        return [line for line in found if not line.numbers.empty]

    return UsageReport(
        since=since,
        until=now,
        live=live,
        total=usage_report.numbers(facts, since, until),
        days=[
            ReportLine(label, usage_report.numbers(facts, max(begin, since), min(end, until)))
            for label, begin, end in (days(since, now) if since else [])
        ],
        projects=lines((name or NO_PROJECT, facts.of_project(name)) for name in facts.projects()),
        sessions=lines((name, facts.of_session(name)) for name in facts.sessions()),
        warnings=warnings,
    )


def _live(listed: Listed) -> RegisteredSession:
    row, status = listed.row, listed.health.status
    there = status not in _GONE or bool(listed.doubt)
    return RegisteredSession(
        row.socket, row.name, row.project, epoch(row.created_at), there, status == health.ALIVE, listed.in_use
    )


def _facts(history: History, live: Sequence[RegisteredSession], since: float, now: float) -> UsageFacts:
    kinds = ", ".join("?" * len(usage_report.EVENTS))
    events = history.find(f"what = 'session' AND event IN ({kinds})", usage_report.EVENTS, limit=ALL)[::-1]
    samples = history.samples(max(0.0, since - _BASELINE))
    seen = {(sample.socket, sample.session): sample.at for sample in samples}
    lives = usage_report.lives(events, live, seen, now)
    return UsageFacts(lives, usage_report.marks(events), usage_report.used(samples, lives))


def begin(timeframe: str, now: float) -> float:
    """When `7d`, `36h` and the like began. Whole days are days of the calendar, the present one among them."""
    seconds = durations.seconds(timeframe, unit=True)
    if not seconds:
        raise UsageError(f"--timeframe: not a duration: {timeframe!r}", "a number with d, h, m or s, as in 7d or 36h")
    if timeframe.endswith("d") and timeframe[:-1].isdigit():
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
