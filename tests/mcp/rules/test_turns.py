"""Who comes behind whom, of calls that a client made without waiting for answers."""

from __future__ import annotations

from typing import Any

import pytest

from viewsync.mcp.rules.turns import call, comes_behind

CREATE = ("create", {"session": "a"})
SEND = ("send", {"session": "a", "text": "x"})
WAITING = ("send", {"session": "a", "text": "x", "wait": ["y"]})
KEYS = ("send", {"session": "a", "keys": ["C-c"]})
EXEC = ("exec", {"session": "a", "command": "x"})
WAIT = ("wait", {"session": "a"})
CAPTURE = ("capture", {"session": "a"})
KILL = ("kill", {"session": "a"})
OTHER = ("send", {"session": "b", "text": "x"})
BY_TARGET: Any = ("send", {"target": "=a:0.1", "server": "default", "text": "x"})
NAMELESS: Any = ("create", {"command": ["cat"]})
LIST: Any = ("list", {})
ODD: Any = ("send", {"session": 7, "target": None, "keys": 3})


@pytest.mark.parametrize(
    ("earlier", "later", "behind"),
    [
        (CREATE, SEND, True),
        (CREATE, CAPTURE, True),
        (CREATE, LIST, True),
        (SEND, SEND, True),
        (SEND, BY_TARGET, True),
        (BY_TARGET, CAPTURE, True),
        (SEND, WAIT, True),
        (SEND, KEYS, True),
        (KEYS, SEND, True),
        (SEND, KILL, True),
        (KILL, CAPTURE, True),
        (EXEC, EXEC, True),
        (EXEC, SEND, True),
        (WAITING, SEND, True),
        (NAMELESS, SEND, True),
        (("cleanup", {}), CAPTURE, True),
        # What helps while a program takes long.
        (EXEC, KEYS, False),
        (EXEC, CAPTURE, False),
        (EXEC, KILL, False),
        (EXEC, LIST, False),
        (WAITING, CAPTURE, False),
        (WAITING, KEYS, False),
        # Who only looks holds nobody up.
        (WAIT, SEND, False),
        (CAPTURE, SEND, False),
        (LIST, CREATE, False),
        (SEND, OTHER, False),
        (OTHER, EXEC, False),
        (ODD, SEND, False),
    ],
)
def test_who_comes_behind_whom(earlier: Any, later: Any, behind: bool) -> None:
    assert comes_behind(call(*later), call(*earlier)) is behind
