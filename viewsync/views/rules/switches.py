"""Which tabs tmux itself sent to another session (`prefix s`, `switch-client`), and which view each is to have there.

Two tabs on one session mirror each other, so a tab of ours gets a view of that session. The view that it left is kept
as long as its client lives, and is its again when it comes back: so it never has more than one of a session.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import tracking
from viewsync.views.rules.tabs import is_clients, is_tab

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from viewsync.registry_shape import ViewRow
    from viewsync.tmux.rules.model import Client, Inventory, TmuxSession

# Seconds: who goes to a session from a view of it, so soon after we had the tab show that, wants it itself, or goes on
# by `prefix (`, which comes by it.
_INSISTS = 10.0


class Switch(NamedTuple):
    client: Client
    row: ViewRow  # of a view that it left, or is on
    on: TmuxSession  # where it is
    parent: str  # the name of the session that it is to have a view of
    joins: TmuxSession  # that one, or what is there of it
    own: TmuxSession | None  # a view of it that the tab left before
    last: str  # the id of the session that is to be the last one for tmux, "" for none


class Switches(NamedTuple):
    now: list[Switch]
    later: list[Client]  # in the midst of something


def find(found: Inventory, views: Mapping[str, ViewRow], before: Iterable[ViewRow], now: float) -> Switches:
    """`views`: the rows as they are; `before`: those that there were, since one that is dropped may name a tab."""
    switches = _Finder(found, views, before, now)
    done = Switches([], [])
    for client in found.clients:
        switch = switches.of(client)
        if switch and client.busy:
            done.later.append(client)
        elif switch:
            done.now.append(switch)
    return done


def left_by(found: Inventory, views: Mapping[str, ViewRow], client: Client, session: str) -> str:
    """The id of a view of that session which this client left, "" where there is none."""
    finder = _Finder(found, views, (), 0.0)
    goal = finder.by_id.get(session)
    own = finder.own(client, client.session, goal.name, goal) if goal else None
    return own.id if own else ""


class _Finder:
    def __init__(self, found: Inventory, views: Mapping[str, ViewRow], before: Iterable[ViewRow], now: float) -> None:
        self.found, self.now = found, now
        self.rows = {session: views.get(name, {}) for session, name in tracking.proven(found, views).items()}
        self.by_id = {session.id: session for session in found.sessions}
        self.by_name = {session.name: session for session in found.sessions}
        mine = tracking.rows_of(found.server, views).values()
        self.tabs = [row for row in (*mine, *before) if is_tab(row) and row.get("server") == found.server.identity]

    def of(self, client: Client) -> Switch | None:
        on = self.by_id.get(client.session)
        row = next((row for row in self.tabs if is_clients(row, client)), None)
        if on is None or row is None or not client.tty or on.renamed:
            return None
        goal = self._goal(on, client)
        if goal is None:
            return None
        parent, joins = goal
        own = self.own(client, on.id, parent, joins)
        if own and self._insists(client, own):
            return None
        return Switch(client, row, on, parent, joins, own, self._last(client, on, own))

    def _insists(self, client: Client, own: TmuxSession) -> bool:
        """It comes from there, or from another session with the same windows, soon after we had it show that view."""
        last = self.by_name.get(client.last)
        recent = 0 <= self.now - self.rows[own.id].get("put_on", 0.0) < _INSISTS
        return recent and last is not None and last.group == own.group

    def _goal(self, on: TmuxSession, client: Client) -> tuple[str, TmuxSession] | None:
        """What it is to have a view of; None where it has one, or is to stay where it is."""
        row = self.rows.get(on.id)
        if row is None and not on.marked:
            return (on.name, on) if on.kept_unattached else None
        others = (other for other in self.found.clients if other.session == on.id and other.pid != client.pid)
        if not row or is_clients(row, client) or not any(is_clients(row, other) for other in others):
            return None
        parent = self.by_id.get(row.get("parent_id", ""))
        if parent and parent.group == on.group and parent.id not in self.rows and not parent.marked:
            return parent.name, parent
        return (str(row["parent"]), on) if row.get("parent") else None

    def own(self, client: Client, on: str, parent: str, joins: TmuxSession) -> TmuxSession | None:
        """The view of that session that this client left; the last one, if it has several."""
        views = [
            view
            for view in self._left(client, on)
            if view.marked
            and view.group
            and view.group == joins.group
            and not view.quarantined
            and self.rows[view.id].get("parent") == parent
        ]
        return max(views, key=lambda view: (view.last_attached, view.created), default=None)

    def _left(self, client: Client, on: str) -> Iterator[TmuxSession]:
        """All views that it left, with nobody on them."""
        for session, row in self.rows.items():
            if session != on and is_tab(row) and is_clients(row, client) and not self.by_id[session].clients:
                yield self.by_id[session]

    def _last(self, client: Client, on: TmuxSession, own: TmuxSession | None) -> str:
        """Where it came from. Who came from the view that it gets back was somewhere before, as far as is known."""
        last = self.by_name.get(client.last)
        if last and own and last.id == own.id:
            left = [view for view in self._left(client, on.id) if view.id != own.id]
            last = max(left, key=lambda view: view.last_attached, default=None)
        return last.id if last and last.id != on.id else ""
