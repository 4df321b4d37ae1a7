"""The registry's times, `2026-11-23T10:00:00Z`, without datetime: a hot verb cannot pay for it."""

from __future__ import annotations

from viewsync.light import re

_TIME = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.\d+)?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))"
)


def epoch(text: str) -> float:
    """Epoch seconds; 0 for what is no time."""
    match = None if _is_usual(text) else _TIME.fullmatch(text)
    if match:
        groups = match.groups()[:6]
    elif _is_usual(text):
        groups = (text[:4], text[5:7], text[8:10], text[11:13], text[14:16], text[17:19])
    else:
        return 0.0
    year, month, day, hour, minute, second = map(int, groups)
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return 0.0
    east = int(match["hours"] or 0) * 3600 + int(match["minutes"] or 0) * 60 if match else 0
    offset = -east if match and match["sign"] == "-" else east
    return float(_days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset)


def _is_usual(text: str) -> bool:
    """As we write it, which needs no expression to be read by."""
    marks = text[4:5] + text[7:8] + text[10:11] + text[13:14] + text[16:17] + text[19:]
    numbers = text[:4] + text[5:7] + text[8:10] + text[11:13] + text[14:16] + text[17:19]
    return marks == "--T::Z" and len(numbers) == 14 and numbers.isdecimal()


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01, in years that begin with March, so that a leap day comes last."""
    year -= month <= 2
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + of_year - 719468
