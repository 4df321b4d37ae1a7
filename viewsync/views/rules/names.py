"""The names of views."""

from __future__ import annotations

from viewsync.light import re

_LONGEST_PART = 64  # a status line shows far less, and a view's name travels in every command

_VIEW = re.compile(r"(?P<parent>.+)-view-\d{9,11}-\d{1,10}\Z", re.DOTALL)


def view_name(parent: str, now: float, digits: int) -> str:
    """`<parent>-view-<epoch>-<digits>`, the parent's part reduced to [A-Za-z0-9_-].

    A leading dash would read as a flag, so it becomes an underscore too.
    """
    part = re.sub(r"[^A-Za-z0-9_-]", "_", parent)[:_LONGEST_PART] or "_"
    if part.startswith("-"):
        part = "_" + part[1:]
    return f"{part}-view-{int(now)}-{digits}"


def looks_like_view(name: str) -> str:
    """The parent's part of a name that looks like a view's, "" for any other. Looks prove nothing."""
    match = _VIEW.match(name)
    return match["parent"] if match else ""
