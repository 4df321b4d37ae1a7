from __future__ import annotations

import pytest

from viewsync.text.durations import recorded, seconds, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", 1800),
        ("2h", 7200),
        ("1d", 86400),
        ("3600s", 3600),
        ("500ms", 0.5),
        ("2.5", 2.5),
        (".5", 0.5),
        ("15", 15),
        ("08h", 8 * 3600),  # D46: the shell reads it as octal
        ("010h", 10 * 3600),
        ("0s", 0),
    ],
)
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "m", "-1s", "1w", "1 h", "1h30m", "nan", "inf", "1e3", "99999999999999999999d", "٣s"]
)
def test_what_is_none(text: str) -> None:
    assert seconds(text) is None


def test_a_unit_can_be_asked_for() -> None:
    assert seconds("15", unit=True) is None
    assert seconds("15s", unit=True) == 15


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0s"),
        (0.04, "0s"),
        (1.55, "1.6s"),
        (42, "42s"),
        (59.7, "1m"),
        (125, "2m 5s"),
        (3600, "1h"),
        (5 * 3600 + 600 + 59, "5h 10m"),
        (2 * 86400 + 3 * 3600 + 59, "2d 3h"),
        (86400, "1d"),
    ],
)
def test_how_a_duration_is_shown(value: float, expected: str) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize("value", [None, "30", True, -1, float("inf"), float("nan"), 10**400, 1e300])
def test_what_a_file_holds_for_seconds_may_be_none(value: object) -> None:
    assert recorded(value, 60.0) == 60.0


@pytest.mark.parametrize("value", [0, 30, 2.5])
def test_seconds_of_a_file_are_taken(value: float) -> None:
    assert recorded(value, 60.0) == value
