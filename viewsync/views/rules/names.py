"""Names: of views, and what tmux would do to the name of a session."""

from __future__ import annotations

import re

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


def refusal(name: str) -> str:
    """Why a session of this name cannot be made so that people and tools can find it again; "" when it can.

    tmux before 3.7a writes `_` for `:` and `.`, and all versions escape control characters, backslashes and
    a `$` before a letter (facts/tmux.md section 5); `-t` reads a leading `$ @ %` as an id and a leading `=` as
    "exactly".
    """
    if not name:
        return "a session needs a name"
    if found := re.search(r"[:.\\]|[\x00-\x1f\x7f]|[\ud800-\udfff]|\$[A-Za-z_{]", name):
        return f"tmux would rewrite {found[0]!r} in a session's name"
    if name[0] in "$@%={-":
        return f"tmux reads a leading {name[0]!r} as something else than a name"
    return ""


def nearest(name: str, names: list[str]) -> list[str]:
    """Up to three existing names that a person may have meant, best first."""
    import difflib  # an error path: nobody who typed a right name pays for it

    folded = {each.casefold(): each for each in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.5)
    starts = [each for each in folded if each.startswith(name.casefold()) and each not in close]
    return [folded[each] for each in (close + starts)[:3]]
