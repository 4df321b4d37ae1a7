"""The registry's times."""

from __future__ import annotations

import calendar
import time

import pytest

from viewsync.text.timestamps import epoch


@pytest.mark.parametrize(
    "then", [0, 951782399, 951782400, 951868800, 1735689599, 1735689600, 1709164800, 4107542400, 1763892600]
)
def test_every_day_is_where_the_standard_library_has_it(then: int) -> None:
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(then))
    assert epoch(text) == then == calendar.timegm(time.gmtime(then))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:10.5Z", 10),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1969-12-31T23:00:00-0130", 1800),
        ("", 0),
        ("yesterday", 0),
        ("1970-13-01T00:00:10Z", 0),
        ("1970-01-01T99:00:10Z", 0),
        ("1970-01-01 00:00:10", 0),
    ],
)
def test_other_spellings_and_what_is_no_time(text: str, expected: float) -> None:
    assert epoch(text) == expected
