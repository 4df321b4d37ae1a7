"""No part of a password is shown, wherever it stands in an address."""

from __future__ import annotations

import pytest

from viewsync.index.rules import address


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://h:6379/0", "redis://h:6379/0"),
        ("rediss://me:S3cret@h.example:6379/0", "rediss://h.example:6379/0"),
        ("redis://:S3/cr?t@h", "redis://***"),
        ("redis://:S3@cret@h", "redis://h"),
        ("redis://:S3cret", "redis://***"),
        ("redis://h?password=S3cret", "redis://h"),
        ("redis://h?password=S@3cret", "redis://***"),
        ("unix://me:S3cret@/run/redis.sock?db=1", "unix:///run/redis.sock"),
        ("redis://[::1]:7/2", "redis://[::1]:7/2"),
        ("S3cret@h", "***"),
        ("http://me:S3cret@h", "***"),
    ],
)
def test_what_people_see_of_an_address(url: str, shown: str) -> None:
    assert address.masked(url) == shown
