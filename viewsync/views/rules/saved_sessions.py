"""What tmux-resurrect saves of a server, without its views.

It saves one session of each group with its windows, and of the others that they are grouped with that one. Which one
goes by the text of the ids ("$10" before "$9"), so it may well be a view: then the windows stand under the view's name.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUPED, _STATE = "grouped_session", "state"
_HOLDS = ("pane", "window")


def names(text: str) -> set[str]:
    """Of all sessions that the text tells of."""
    found: set[str] = set()
    for line in text.split("\n"):
        kind, *fields = line.split("\t")
        found.update(fields[: 2 if kind in (_GROUPED, _STATE) else 1] if kind in (*_HOLDS, _GROUPED, _STATE) else ())
    return found - {""}


def without_views(text: str, parents: Mapping[str, str]) -> str:
    """`parents`: whose view each is. What is not understood stays as it is.

    Windows that stand under a view's name get its parent's, unless another session has windows under that one.
    """
    rows = [line.split("\t") for line in text.split("\n")]
    holders = dict.fromkeys(row[1] for row in rows if row[0] in _HOLDS and len(row) > 1)
    renamed: dict[str, str] = {}
    for view in [name for name in holders if name in parents]:
        if parents[view] not in holders and parents[view] not in renamed.values():
            renamed[view] = parents[view]
    kept = holders.keys() - renamed.keys()
    called = {view: parent for view, parent in parents.items() if view not in kept}
    return "\n".join("\t".join(_renamed(row, called)) for row in rows if not _is_told_twice(row, called))


def _is_told_twice(row: list[str], called: Mapping[str, str]) -> bool:
    """A view, or the session that has its windows under a view's name."""
    if row[0] != _GROUPED or len(row) < 3:
        return False
    return row[1] in called or row[1] == called.get(row[2])


def _renamed(row: list[str], called: Mapping[str, str]) -> list[str]:
    if row[0] in _HOLDS:
        named = range(1, 2)
    elif row[0] == _GROUPED:
        named = range(2, 3)
    else:
        named = range(1, 3) if row[0] == _STATE else range(0)
    return [called.get(field, field) if index in named else field for index, field in enumerate(row)]
