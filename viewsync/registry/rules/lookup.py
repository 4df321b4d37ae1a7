"""Which pane a target means. Names match whole, never as prefix or pattern; an id means exactly what has it.

tmux's own `-t web` also finds `web-prod`, reads `build.0` as a pane, and falls back to some other session. So
targets are looked up here, in a reading of all panes, and tmux is told ids only.
"""

from __future__ import annotations

from viewsync.tmux.rules.ids import is_id
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from viewsync.registry.rules.row import Registered
    from viewsync.tmux.rules.model import Pane, Panes

_FIRST = "0.0"  # what the shell tools write for every session, whatever base-index says


class SessionMatch(NamedTuple):
    """`session` is the id of the session that was meant, "" when there is none. `moved`: the pane is the row's, and the
    session another one, which it was moved into (`join-pane`, `break-pane`, `swap-pane`, `move-window`).
    """

    session: str = ""
    session_name: str = ""
    pane: Pane | None = None
    moved: bool = False

    def panes(self, reading: Panes) -> list[Pane]:
        """What of the session's is meant: of one that a pane was moved into, that pane alone."""
        return [
            pane
            for pane in reading.panes
            if self.session and pane.session == self.session and (not self.moved or pane == self.pane)
        ]


NOTHING = SessionMatch()


def by_target(reading: Panes, target: str) -> SessionMatch:
    """`session`, `session:window`, `session:window.pane`, or an id in place of each; `%5` and `@3` alone, too."""
    if is_id("%", target):
        return _first(reading.panes, lambda each: each.id == target)
    if is_id("@", target):
        return _first(reading.panes, lambda each: each.window == target and each.active)
    for session, rest in _splits(target):
        if mine := _of_session(reading.panes, session):
            return _within(mine, rest)
    return NOTHING


def by_row(reading: Panes, row: Registered) -> SessionMatch:
    """The session of a row: by its ids where it has them, which a rename does not change; else by exact name. A pane
    keeps its id wherever it is moved, and the row follows it.
    """
    if row.server and row.server != reading.server.identity:
        return NOTHING
    if row.session_id:
        mine = [pane for pane in reading.panes if pane.session == row.session_id]
        if mine and not row.pane_id:  # a view's
            return _within(mine, "")
        here = _first(mine, lambda each: each.id == row.pane_id, mine)
        return here if here.pane else _moved(reading.panes, row.pane_id) or here
    session, _, rest = row.target.rpartition(":")
    if not row.target or session not in ("", row.name):
        return by_target(reading, row.target) if row.target else NOTHING
    mine = [pane for pane in reading.panes if pane.session_name == row.name]
    if not mine:
        return NOTHING
    found = _within(mine, rest if session else "")
    if found.pane is None and rest == _FIRST:
        return _first(mine, lambda each: each.window_index == each.base and each.pane_index == each.pane_base, mine)
    return found


def _moved(panes: Sequence[Pane], pane_id: str) -> SessionMatch | None:
    """Where that pane is. Of several sessions that show it, one that is no view, if there is one."""
    found = [pane for pane in panes if pane.id == pane_id]
    if not found:
        return None
    pane = min(found, key=lambda each: each.marked or each.old_mark)
    return SessionMatch(pane.session, pane.session_name, pane, moved=True)


def _first(panes: Sequence[Pane], fits: Callable[[Pane], bool], session: Sequence[Pane] = ()) -> SessionMatch:
    pane = next((candidate for candidate in panes if fits(candidate)), None)
    if pane:
        return SessionMatch(pane.session, pane.session_name, pane)
    return SessionMatch(session[0].session, session[0].session_name) if session else NOTHING


def _splits(target: str) -> Iterator[tuple[str, str]]:
    """Every way to read it as session and rest: on tmux 3.7a and newer a session's name may hold colons."""
    yield target, ""
    at = target.rfind(":")
    while at >= 0:
        yield target[:at], target[at + 1 :]
        at = target.rfind(":", 0, at)


def _of_session(panes: Sequence[Pane], session: str) -> list[Pane]:
    if is_id("$", session):
        return [pane for pane in panes if pane.session == session]
    mine = [pane for pane in panes if pane.session_name == session]
    if not mine and session.startswith("="):
        return [pane for pane in panes if pane.session_name == session[1:]]
    return mine


def _within(mine: Sequence[Pane], rest: str) -> SessionMatch:
    """The pane that `window`, `window.pane` or nothing means in a session."""
    window, _, pane = rest.rpartition(".")
    readings = [(window, pane), (rest, "")] if "." in rest else [(rest, "")]
    for wanted_window, wanted_pane in readings:
        there = _of_window(mine, wanted_window)
        for other in there:
            if _is_pane(other, wanted_pane):
                return SessionMatch(other.session, other.session_name, other)
    return SessionMatch(mine[0].session, mine[0].session_name)


def _of_window(mine: Sequence[Pane], wanted: str) -> list[Pane]:
    """By index before name, as tmux does; of windows of one name the first."""
    if not wanted:
        return [pane for pane in mine if pane.window_active]
    tests: tuple[Callable[[Pane], bool], ...] = (
        lambda each: each.window == wanted,
        lambda each: str(each.window_index) == wanted,
        lambda each: each.window_name == wanted,
    )
    for fits in tests:
        if there := [pane for pane in mine if fits(pane)]:
            return [pane for pane in there if pane.window_index == there[0].window_index]
    return []


def _is_pane(pane: Pane, wanted: str) -> bool:
    if not wanted:
        return pane.active
    return wanted in (pane.id, str(pane.pane_index))
