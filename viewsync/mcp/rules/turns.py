"""Which calls of a client keep their order, where it does not wait for the answer to one before it asks the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACT = ("create", "send", "exec", "kill", "cleanup", "reconcile")


class Call(NamedTuple):
    session: str  # "" for one that may be about any
    acts: bool = False  # what comes later may be about what it does
    types: bool = False  # text, for which one has a pane for itself
    waits: bool = False  # as long as a program takes


def call(tool: str, given: Mapping[str, Any]) -> Call:
    """As a client gave it, so that nothing of it need be what it should be."""
    session = given.get("session") or str(given.get("target") or "").partition(":")[0].removeprefix("=")
    types = tool == "exec" or (tool == "send" and not given.get("keys"))
    waits = tool == "exec" or (tool == "send" and bool(given.get("wait")))
    return Call(str(session), tool in _ACT, types, waits)


def comes_behind(later: Call, earlier: Call) -> bool:
    """Who only looks, presses keys or ends the session does not wait for a program that somebody else waits for."""
    same = not later.session or not earlier.session or later.session == earlier.session
    return same and earlier.acts and (later.types or not earlier.waits)
