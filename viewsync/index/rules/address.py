"""The address of the index as people may see it. A password stands in it more often than not."""

from __future__ import annotations

from viewsync.light import re

SCHEMES = ("redis", "rediss", "unix")
_HIDDEN = "***"
_PLACE = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*)(?::\d{1,5})?(?:/\d{0,5})?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._+,=-]+)+")


def problem(url: str) -> str:
    """Why it can be no index, "" where it can."""
    scheme, there, _ = url.partition("://")
    if there and scheme in SCHEMES:
        return ""
    return "is not an address of a Redis: it begins with redis://, rediss:// or unix://"


def masked(url: str) -> str:
    """The scheme and the place, and nothing that may be a part of a name or a password."""
    scheme, there, rest = url.partition("://")
    if not there or scheme not in SCHEMES:
        return _HIDDEN
    place, _, options = rest.partition("?")
    if "@" in options:  # a password with a question mark, or an option with an @: nobody can tell
        return f"{scheme}://{_HIDDEN}"
    place = place.rpartition("@")[2]
    known = (_PATH if scheme == "unix" else _PLACE).fullmatch(place)
    return f"{scheme}://{place if known else _HIDDEN}"
