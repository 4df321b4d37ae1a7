"""The words of verbs that an agent's calls become."""

from __future__ import annotations

import pytest

from viewsync.hosts.rules import names
from viewsync.mcp.rules import words


@pytest.mark.parametrize("tool", ["info", "open_view"])
@pytest.mark.parametrize("session", ["web:api", "=web:api", "me@web:api"])
def test_no_session_of_another_host_is_named(tool: str, session: str) -> None:
    """What policy lets an agent reach is said of this host alone."""
    named = words.OF[tool]({"session": session})[-1]
    assert names.parse(named) == ("", session)


def test_a_plain_name_stays_what_it_is() -> None:
    assert words.OF["open_view"]({"session": "proj", "socket": "/s"}) == ["-S=/s", "--", "proj"]
