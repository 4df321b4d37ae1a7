"""What the policy may know of each session of ours: what the server says of it, and what its row remembers."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import tabs, tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from viewsync.registry_shape import ViewRow
    from viewsync.tmux.rules.model import Inventory, Server, TmuxSession


class ViewFacts(NamedTuple):
    socket: str
    id: str
    name: str
    group: str
    group_size: int
    ours: bool
    attached: bool
    lease: float
    leased_for: float  # seconds
    created: int
    last_attached: int
    pinned: bool
    quarantined: bool
    parent: str  # the parent's name, "" when nobody knows it
    parent_taken: bool  # some session has the parent's name
    idle_since: float  # when a sweep first saw it unattached, 0 when it did not yet
    away: bool  # the tab that left it is on another session, and may come back
    tracked: bool  # the WezTerm pane that it was opened from is still there


def of(
    found: Inventory, views: Mapping[str, ViewRow], tracked: Collection[str], now: float, awake: float
) -> list[ViewFacts]:
    """`tracked`: the views whose WezTerm pane is still there. `awake`: seconds that the machine was awake by now."""
    names = {session.name for session in found.sessions}
    mine = tracking.proven(found, views)
    gone_to = tabs.Elsewhere(found)
    return [
        _facts(
            found.server,
            session,
            views.get(mine.get(session.id, "")),
            names,
            lambda row: tracking.idle_since(row, now, awake),
            tracked=session.name in tracked,
            away=gone_to.has(session, views.get(mine.get(session.id, ""), {})),
        )
        for session in found.sessions
        if session.marked or session.id in mine
    ]


def _facts(
    server: Server,
    session: TmuxSession,
    row: ViewRow | None,
    names: set[str],
    idle_since: Callable[[ViewRow], float],
    *,
    tracked: bool,
    away: bool,
) -> ViewFacts:
    row = row or {}
    parent = str(row.get("parent") or session.marked_parent)
    return ViewFacts(
        socket=server.socket,
        id=session.id,
        name=session.name,
        group=session.group,
        group_size=session.group_size,
        ours=True,
        attached=bool(session.attached or session.clients),
        lease=session.lease,
        leased_for=session.leased_for,
        created=session.created,
        last_attached=session.last_attached,
        pinned=session.pinned or bool(row.get("pinned")),
        quarantined=session.quarantined or bool(row.get("quarantined")),
        parent=parent,
        parent_taken=parent in names,
        idle_since=idle_since(row),
        away=away,
        tracked=tracked,
    )
