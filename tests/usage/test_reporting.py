"""Days where the user is, also where they have 23 or 25 hours, no midnight, or two; and what a report is made of."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from viewsync.errors import UsageError
from viewsync.usage import reporting

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = 3600.0


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> float:
    return time.mktime(time.strptime(text, "%Y-%m-%d %H:%M"))


def use(zone: pytest.MonkeyPatch, name: str) -> None:
    zone.setenv("TZ", name)
    time.tzset()


def hours(since: str, until: str) -> list[tuple[str, float]]:
    return [(label, (end - begin) / HOUR) for label, begin, end in reporting.days(at(since), at(until))]


def test_days_are_the_calendars(zone: pytest.MonkeyPatch) -> None:
    use(zone, "Asia/Tokyo")
    assert hours("2026-02-27 10:00", "2026-03-01 00:00") == [("2026-02-27", 24), ("2026-02-28", 24), ("2026-03-01", 24)]


@pytest.mark.parametrize(
    ("name", "since", "until", "expected"),
    [
        ("Europe/Berlin", "2026-03-28 12:00", "2026-03-30 12:00", [24, 23, 24]),
        ("Europe/Berlin", "2026-10-24 12:00", "2026-10-26 12:00", [24, 25, 24]),
        ("America/New_York", "2026-11-01 12:00", "2026-11-01 13:00", [25]),
        ("America/Havana", "2026-11-01 12:00", "2026-11-02 12:00", [25, 24]),  # 0:00 comes twice
        ("America/Havana", "2026-03-07 12:00", "2026-03-09 12:00", [24, 23, 24]),  # 0:00 never comes
        ("Asia/Beirut", "2026-03-28 12:00", "2026-03-30 12:00", [24, 23, 24]),
        ("Australia/Lord_Howe", "2026-04-05 12:00", "2026-04-05 13:00", [24.5]),
        ("Pacific/Apia", "2011-12-29 12:00", "2011-12-31 12:00", [24, 24]),  # the 30th was left out
    ],
)
def test_days_that_are_not_as_others(
    zone: pytest.MonkeyPatch, name: str, since: str, until: str, expected: list[float]
) -> None:
    use(zone, name)
    assert [long for _, long in hours(since, until)] == expected


def test_whole_days_begin_at_midnight_and_the_present_one_counts(zone: pytest.MonkeyPatch) -> None:
    use(zone, "Europe/Berlin")
    now = at("2026-03-31 15:00")
    assert reporting.begin("7d", now) == at("2026-03-25 00:00")
    assert reporting.begin("1d", now) == at("2026-03-31 00:00")
    assert reporting.begin("40d", now) == at("2026-02-20 00:00")
    assert len(reporting.days(reporting.begin("7d", now), now)) == 7


def test_anything_else_is_counted_back_from_now(zone: pytest.MonkeyPatch) -> None:
    use(zone, "Europe/Berlin")
    assert reporting.begin("36h", 1_000_000.0) == 1_000_000.0 - 36 * HOUR
    assert reporting.begin("0.5d", 1_000_000.0) == 1_000_000.0 - 12 * HOUR


@pytest.mark.parametrize("text", ["", "7", "banana", "-1d", "0d", "0h", "1w", "7 d"])
def test_a_timeframe_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="--timeframe: not a duration"):
        reporting.begin(text, 1_000_000.0)
