"""The resources' addresses, and the tool that reads each."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

SESSIONS = "viewsync://sessions"
EVENTS = "viewsync://events"
EVENTS_EVERYWHERE = f"{EVENTS}/everywhere"  # where hosts share an index
OF_ALL = (SESSIONS, EVENTS, EVENTS_EVERYWHERE)  # those of no one session
_OUTPUT = "/output"
_LINES = 200  # of a pane's output
TEMPLATES = (
    (f"{SESSIONS}/{{name}}", "session", "One session, as `info` tells of it; its name percent-encoded"),
    (f"{SESSIONS}/{{name}}{_OUTPUT}", "output", f"The last {_LINES} lines of its pane, as `capture` gives them"),
)


def of_session(name: str) -> str:
    return f"{SESSIONS}/{quote(name, safe='')}"


def of_output(name: str) -> str:
    return of_session(name) + _OUTPUT


def session_of(uri: str) -> tuple[str, bool]:
    """The session that is named there, "" for none, and whether its output is meant."""
    name = uri.removeprefix(f"{SESSIONS}/") if uri.startswith(f"{SESSIONS}/") else ""
    is_output = name.endswith(_OUTPUT)
    name = name.removesuffix(_OUTPUT) if is_output else name
    return ("", False) if "/" in name else (unquote(name), is_output)


def read(uri: str) -> tuple[str, dict[str, Any]] | None:
    """The tool and its arguments; None where there is no such resource."""
    if uri == SESSIONS:
        return "list", {}
    if uri == EVENTS:
        return "list", {"what": "events"}
    if uri == EVENTS_EVERYWHERE:
        return "list", {"what": "events-everywhere"}
    name, is_output = session_of(uri)
    if not name:
        return None
    return ("capture", {"session": name, "lines": _LINES}) if is_output else ("info", {"session": name})
