"""Who comes behind whom, of calls that a client made without waiting for answers."""

from __future__ import annotations

from typing import Any

import pytest

from viewsync.mcp.rules.turns import call, comes_behind, rests_on, went_well

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


@pytest.mark.parametrize(
    ("earlier", "later", "rests"),
    [
        (CREATE, SEND, True),
        (CREATE, KEYS, True),
        (CREATE, KILL, True),  # it would end the session that has the name
        (CREATE, CAPTURE, False),
        (CREATE, OTHER, False),
        (EXEC, SEND, True),  # it would go to the command that still runs
        (EXEC, EXEC, True),
        (WAITING, SEND, True),
        (SEND, SEND, True),
        (EXEC, KILL, False),
        (SEND, KEYS, False),
        (NAMELESS, SEND, False),
        (KILL, SEND, False),
    ],
)
def test_who_does_not_begin_where_the_one_before_failed(earlier: Any, later: Any, rests: bool) -> None:
    assert rests_on(call(*later), call(*earlier)) is rests


@pytest.mark.parametrize(
    ("asked", "data", "well"),
    [
        (EXEC, {"code": 1, "timed_out": False}, True),
        (EXEC, {"code": None, "timed_out": True}, False),
        (EXEC, {"error": {}}, False),
        (SEND, {"outcome": "sent"}, True),
        (SEND, {"error": {}}, False),
        (WAITING, {"outcome": "found"}, True),
        (WAITING, {"outcome": "timeout"}, False),
        (CREATE, {"name": "a"}, True),
        (CREATE, {"error": {}}, False),
    ],
)
def test_what_went_well(asked: Any, data: dict[str, Any], well: bool) -> None:
    assert went_well(call(*asked), data) is well
