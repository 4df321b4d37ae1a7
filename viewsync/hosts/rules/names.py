"""`HOST:SESSION` wherever a session is named; `=NAME` is one of this host, whatever colons are in it."""

from __future__ import annotations

from viewsync.text import host_names
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container


class Named(NamedTuple):
    host: str  # "" for this one
    session: str


def parse(text: str) -> Named:
    """What has no session in it, or nothing that can be a host, is a name of this host."""
    if text.startswith("="):
        return Named("", text[1:])
    host, colon, session = text.partition(":")
    if not (colon and session and host_names.is_host(host)) or "/" in host or session.startswith("//"):
        return Named("", text)
    return Named(host, session)


def is_place(session: str, windows: Container[str]) -> bool:
    """Whether what is behind the colon reads as a window or a pane: by its number, or as one of these windows."""
    window, _, pane = session.partition(".")
    return session in windows or (window.isdecimal() and (pane.isdecimal() or "." not in session))
