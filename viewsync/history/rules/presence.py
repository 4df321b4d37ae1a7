"""Who is on registered sessions, and which of them are gone: what a reading of their server says that is new.

A row remembers what was seen: `attached_since` while somebody is on the session, itself or through a view, and
`ended_at` once it is gone, both in epoch seconds.
"""

from __future__ import annotations

from viewsync.events import ATTACH, DETACH, GONE
from viewsync.registry.rules.row import Registered, registered, without
from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

    from viewsync.registry_shape import SessionRow
    from viewsync.tmux.rules.model import Inventory, Panes, Server

ATTACHED: Final = "attached_since"
ENDED: Final = "ended_at"
FIELDS = (ATTACHED, ENDED)
_SECOND = 0.999  # tmux tells the second; taken at its end, nobody comes before the session was made in the same one


class SessionPresence(NamedTuple):
    """A session, as far as it matters here. `attached`: somebody is on it, or on another one of its group."""

    id: str
    name: str
    attached: bool
    since: float  # when somebody last came, 0 when that is not known


class Happened(NamedTuple):
    event: str
    at: float
    seconds: float | None = None  # that somebody was there, or that the session lived


class PresenceChange(NamedTuple):
    """`before` and `after`: what the row remembers, by FIELDS; nothing where it remembers nothing."""

    row: Registered
    before: SessionRow
    after: SessionRow
    events: tuple[Happened, ...]


def of_inventory(found: Inventory) -> list[SessionPresence]:
    busy = {session.group for session in found.sessions if session.attached or session.clients} - {""}
    return [
        SessionPresence(
            session.id,
            session.name,
            bool(session.attached or session.clients or session.group in busy),
            session.last_attached,
        )
        for session in found.sessions
    ]


def of_panes(found: Panes) -> list[SessionPresence]:
    sessions = {pane.session: pane for pane in found.panes}.values()
    busy = {session.group for session in sessions if session.attached} - {""}
    return [
        SessionPresence(session.session, session.session_name, session.attached or session.group in busy, 0.0)
        for session in sessions
    ]


def compare(
    server: Server,
    seen: Sequence[SessionPresence],
    rows: Mapping[str, SessionRow],
    now: float,
    left: Mapping[str, float] | None = None,
) -> list[PresenceChange]:
    """Of a whole reading. `rows`: the registry's sessions, as they were read before the server was. `left`: when the
    last one left, where that is known, by the session's name.
    """
    changes = []
    for name, values in rows.items():
        row = registered(name, values)
        if row.socket == server.socket and not row.maker:
            session = _its(server, seen, row)
            change = _change(row, values, session, now, left.get(session.name, now) if session and left else now)
            changes += [change] if change else []
    return changes


def gone(row: Registered, values: SessionRow, now: float) -> PresenceChange | None:
    """That its session ended, and before that, that whoever was on it left. None when the row says so already."""
    since, created = _number(values.get(ATTACHED)), epoch(row.created_at)
    if _number(values.get(ENDED)):
        return None
    left = [Happened(DETACH, now, max(0.0, now - since))] if since else []
    end = Happened(GONE, now, max(0.0, now - created) if created else None)
    return PresenceChange(row, remembered(values), {ENDED: now}, (*left, end))


def _change(
    row: Registered, values: SessionRow, session: SessionPresence | None, now: float, left: float
) -> PresenceChange | None:
    if session is None:
        return gone(row, values, now)
    since = _number(values.get(ATTACHED))
    if session.attached and not since:
        came = min(now, session.since + _SECOND) if session.since else now
        return PresenceChange(row, remembered(values), {ATTACHED: came}, (Happened(ATTACH, came),))
    if since and not session.attached:
        return PresenceChange(row, remembered(values), {}, (Happened(DETACH, left, max(0.0, left - since)),))
    if values.get(ENDED):  # a row without ids means whatever has its name
        return PresenceChange(row, remembered(values), {ATTACHED: since} if since else {}, ())
    return None


def _its(server: Server, seen: Sequence[SessionPresence], row: Registered) -> SessionPresence | None:
    """As registry/rules/lookup.by_row: by id where the row has one, else by its exact name."""
    if row.server and row.server != server.identity:
        return None
    if row.session_id:
        return next((session for session in seen if session.id == row.session_id), None)
    return next((session for session in seen if session.name == row.name), None)


def remembered(values: SessionRow) -> SessionRow:
    return without(values, values.keys() - FIELDS)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else 0.0
