"""The names of views."""

from __future__ import annotations

_LONGEST_PART = 64  # a status line shows far less, and a view's name travels in every command


def view_name(parent: str, now: float, number: int) -> str:
    """`<parent>-view-<epoch>-<digits>` with nine digits, the parent's part reduced to [A-Za-z0-9_-].

    A leading dash would read as a flag, so it becomes an underscore too.
    """
    part = "".join(char if _is_plain(char) else "_" for char in parent[:_LONGEST_PART]) or "_"
    if part.startswith("-"):
        part = "_" + part[1:]
    return f"{part}-view-{int(now)}-{number:09}"


def digits(now: float, random: int) -> int:
    """Nine, from when in its second it is, and of anything random: the name of a view sorts behind those of the views
    that were made before it. tmux, which ends the sessions of a group as they came, may end itself otherwise (trap M).
    """
    return int(now % 1 * 10**5) * 10**4 + random % 10**4


def looks_like_view(name: str) -> str:
    """The parent's part of a name that looks like a view's, "" for any other. Looks prove nothing."""
    before, _, digits = name.rpartition("-")
    parent, _, epoch = before.rpartition("-")
    looks = digits.isdecimal() and len(digits) <= 10 and epoch.isdecimal() and 9 <= len(epoch) <= 11
    return parent.removesuffix("-view") if looks and parent.endswith("-view") else ""


def _is_plain(char: str) -> bool:
    return char in "_-" or (char.isascii() and char.isalnum())
