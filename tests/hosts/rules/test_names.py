"""What a name with a colon means."""

from __future__ import annotations

import pytest

from viewsync.hosts.rules import names


@pytest.mark.parametrize(
    ("text", "host", "session"),
    [
        ("web:proj", "web", "proj"),
        ("me@web.example:proj", "me@web.example", "proj"),
        ("web:a:b", "web", "a:b"),
        ("proj", "", "proj"),
        ("=web:proj", "", "web:proj"),
        ("=proj", "", "proj"),
        ("web:", "", "web:"),
        (":proj", "", ":proj"),
        ("a/b:c", "", "a/b:c"),
        ("a b:c", "", "a b:c"),
        ("-x:c", "", "-x:c"),
        ("a;b:c", "", "a;b:c"),
        ("$(touch pwned):c", "", "$(touch pwned):c"),
        ("[x]:c", "", "[x]:c"),
        ("a\nb:c", "", "a\nb:c"),
        ("ssh://me@web:22", "", "ssh://me@web:22"),
    ],
)
def test_a_host_stands_before_the_first_colon(text: str, host: str, session: str) -> None:
    assert names.parse(text) == (host, session)
