"""The variables of a session, and which of them nobody is to see.

Later ones win: the project's environment that the session selects (unless `inherit_project_env: false`), the command
file's `environment`, the session's `additional_env`, and `-e` of the command line.
"""

from __future__ import annotations

from viewsync.text import variables
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HIDDEN = "***"
looks_secret = variables.looks_secret
SHORTEST = 4  # characters of a value that is looked for in other text


def merged(layers: Iterable[Mapping[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for layer in layers:
        found.update(layer)
    return found


def secrets(pairs: Iterable[tuple[str, str]], listed: Iterable[str] = ()) -> frozenset[str]:
    """The names of those that are listed, of those that look like one, and of those that hold the value of one."""
    known = list(pairs)
    found = frozenset(listed) | {name for name, value in known if looks_secret(name, value)}
    values = [value for name, value in known if name in found]
    return found | {name for name, value in known if hidden(value, values) != value}


def hidden(text: str, values: Iterable[str]) -> str:
    """Text without the values of secrets, the longest first: one may hold another."""
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= SHORTEST:
            text = text.replace(value, HIDDEN)
    return text
