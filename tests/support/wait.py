"""Waiting without sleeping: poll with a deadline, and the negative check polls too."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_STEP = 0.02
_LONGEST = 0.25  # most readings start a program, which takes from those that are waited for


def until(reading: Callable[[], T], what: str, timeout: float = 60.0) -> T:
    """The first truthy reading; fails with `what` and the last reading when there is none in time.

    The time is for a machine on which twenty others want each core, and says nothing of what is fast enough.
    """
    deadline = time.monotonic() + timeout
    step = _STEP
    while True:
        last = reading()
        if last:
            return last
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:g} s for {what}; last seen: {last!r}")
        time.sleep(step)
        step = min(step * 1.4, _LONGEST)


def stays(reading: Callable[[], T], seconds: float = 0.6) -> T:
    """The reading, which must not change for that long."""
    first = reading()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        now = reading()
        assert now == first, f"changed from {first!r} to {now!r}"
        time.sleep(_STEP)
    return first
