"""What keys do in viewsync's own picker."""

from __future__ import annotations

from viewsync.typed import NamedTuple

PICK, LEAVE = "pick", "leave"
_MOVES = {"up": -1, "\x10": -1, "\x0b": -1, "down": 1, "\x0e": 1, "page-up": -10, "page-down": 10}
_MOVES |= {"home": -(10**6), "end": 10**6}
_ERASES = ("backspace", "\x15", "\x17")


class PickState(NamedTuple):
    typed: str = ""
    at: int = 0  # which of those that fit is chosen


def press(state: PickState, key: str, count: int) -> tuple[PickState, str]:
    """`count`: how many fit. PICK, LEAVE, or "" to go on."""
    if key in ("escape", "\x03", "\x04", "\x07"):
        return state, LEAVE
    if key == "enter":
        return state, PICK if count else ""
    if key in _MOVES:
        return state._replace(at=max(0, min(state.at + _MOVES[key], count - 1))), ""
    if key in _ERASES:
        return PickState(_erased(state.typed, key)), ""
    if len(key) == 1 and key.isprintable():
        return PickState(state.typed + key), ""
    return state, ""


def _erased(typed: str, key: str) -> str:
    """The last character, all (C-u), or the last word (C-w)."""
    if key == "backspace":
        return typed[:-1]
    return "" if key == "\x15" else typed.rstrip().rpartition(" ")[0]
