"""Names of sessions, and what tmux would do to them."""

from __future__ import annotations

from viewsync.light import re


def refusal(name: str) -> str:
    """Why a session of this name cannot be made so that people and tools can find it again; "" when it can.

    tmux before 3.7a writes `_` for `:` and `.`, and all versions escape control characters, backslashes and
    a `$` before a letter (facts/tmux.md section 5); `-t` reads a leading `$ @ %` as an id and a leading `=` as
    "exactly".
    """
    if not name:
        return "a session needs a name"
    plain = name.replace("-", "x").replace("_", "x").isalnum()  # as nearly always, which needs no expression
    if not plain and (found := re.search(r"[:.\\]|[\x00-\x1f\x7f]|[\ud800-\udfff]|\$[A-Za-z_{]", name)):
        return f"tmux would rewrite {found[0]!r} in a session's name"
    if name[0] in "$@%={-":
        return f"tmux does not read a leading {name[0]!r} as part of a name"
    return ""
