"""The tmux user options by which a project session, and what is in it, is found again.

tmux prints an option as it stands, so a tab or the end of a line in it would look like two fields. They, and `%`, are
written as in an address: `my%0Aproject`.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Identity(NamedTuple):
    """By what a session is found again. It is kept in tmux options and in the registry, and never read from a name."""

    root: str  # the project's folder
    project: str  # its name
    worktree: str  # of the worktree or branch, "main" without one
    task: str
    base: str  # the name that the template gives, before any suffix


OURS = "@viewsync"  # how all options of ours begin
IDENTITY = tuple(f"@viewsync_{field}" for field in Identity._fields)
COMMAND = "@viewsync_command"
WINDOW = "@viewsync_window"  # of a window: which one of the plan's it is
PANE = "@viewsync_pane"  # of a pane: its place in the window, from 0
LAYOUT = "@viewsync_layout"  # of a window: the layout that it got
CALLERS = "@viewsync_callers"  # of a session: the names of the variables that it has of whoever made it

# The value of these is the id of what they stand on: tmux looks an option up in the server, in windows and in all
# sessions, too, and what is inherited must prove nothing.
SESSION = "@viewsync_session"  # of a session that has an identity
UNTYPED = "@viewsync_untyped"  # of a pane whose commands are to be typed yet
PLACEHOLDER = "@viewsync_placeholder"  # of the window that only holds a new session until its own are there


def own(mark: str, kind: str) -> str:
    """Whether that mark of a "session", "window" or "pane" is its own: a format that says 1 or 0."""
    return f"#{{==:#{{{mark}}},#{{{kind}_id}}}}"


def partly(pane: str) -> str:
    """What UNTYPED says of a pane where the first commands were typed, and others are to be typed yet."""
    return f"{pane}+"


def encoded(text: str) -> str:
    return "".join(char if char.isprintable() and char != "%" else _percent(char) for char in text)


def _percent(char: str) -> str:
    try:
        raw = char.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair, which no path can hold
        raw = char.encode("utf-8", "surrogatepass")
    return "".join(f"%{byte:02X}" for byte in raw)


def decoded(text: str) -> str:
    if "%" not in text:  # as nearly always, which needs no expression
        return text
    raw = re.sub(rb"%([0-9A-F]{2})", lambda match: bytes([int(match[1], 16)]), text.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


def of(identity: Identity, command: str) -> list[tuple[str, str]]:
    """What a session is marked with."""
    values = [(f"@viewsync_{field}", encoded(getattr(identity, field))) for field in Identity._fields]
    return [*values, (COMMAND, encoded(command))]


def identity(values: Sequence[str]) -> Identity | None:
    """Of the values of `IDENTITY`, in its order; None for a session that is no project's."""
    found = Identity(**{name: decoded(value) for name, value in zip(Identity._fields, values, strict=True)})
    return found if found.root and found.project else None


def keys(names: Sequence[str]) -> list[str]:
    """A mark for each of the plan's windows: its name, with a number where several have the same one, or none."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(encoded(name) if name and seen[name] == 1 else f"{encoded(name)}% {seen[name]}")
    return found
