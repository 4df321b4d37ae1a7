"""Which calls of a client keep their order, where it does not wait for the answer to one before it asks the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACT = ("create", "send", "exec", "kill", "cleanup", "reconcile")


class Call(NamedTuple):
    tool: str
    session: str  # "" for one that may be about any
    acts: bool = False  # what comes later may be about what it does
    types: bool = False  # text, for which one has a pane for itself
    waits: bool = False  # as long as a program takes


def call(tool: str, given: Mapping[str, Any]) -> Call:
    """As a client gave it, so that nothing of it need be what it should be."""
    session = given.get("session") or str(given.get("target") or "").partition(":")[0].removeprefix("=")
    types = tool == "exec" or (tool == "send" and not given.get("keys"))
    waits = tool == "exec" or (tool == "send" and bool(given.get("wait")))
    return Call(tool, str(session), tool in _ACT, types, waits)


def comes_behind(later: Call, earlier: Call) -> bool:
    """Who only looks, presses keys or ends the session does not wait for a program that somebody else waits for."""
    same = not later.session or not earlier.session or later.session == earlier.session
    return same and earlier.acts and (later.types or not earlier.waits)


def went_well(call: Call, data: Mapping[str, Any]) -> bool:
    """Whether the answer says that all was done, and that no program goes on which was waited for."""
    if call.tool == "exec":
        return data.get("code") is not None
    return "error" not in data and (not call.waits or data.get("outcome") == "found")


def rests_on(later: Call, earlier: Call) -> bool:
    """Whether the later one would act on something else than its caller means, where the earlier one failed: on another
    one's session of that name, or on a program that still runs.
    """
    named = bool(later.session) and later.session == earlier.session
    return named and ((later.acts and earlier.tool == "create") or (later.types and earlier.tool in ("send", "exec")))
