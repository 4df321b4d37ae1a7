"""What the registry's rows say, brought in line with what a server says.

Which view a tab got is known only after `open` became its client: by the process id, which the exec keeps, and
by the terminal. A row whose view was never made is dropped; a marked view without a row gets one.

A row says of a session that it is ours where it has its id. A row that was written before there was a session, or by
a version that wrote no ids, has to fit in all that it says of it (`proven`).

A view's row: socket, server ("pid.start"), session_id, parent, parent_id, state ("creating" until seen), created (epoch
seconds), pid, tty, leader (the first process on that terminal), gui, pane, title (of the tab, where it is not the usual
one), window, attached, idle_since (epoch seconds, 0 while attached), idle_awake (the same moment, in seconds that the
machine was awake: clocks are set), detour. Numbers of processes come back: pid, leader and gui each have a start time
beside them.

opener (the process that `open` became) is the pid as long as the client that the row names is a tab of ours. Where it
went to another session by tmux's own keys: moved_from (the session that it is on while the view is made), and put_on
(when we last had it show this view).
"""

from __future__ import annotations

from viewsync import events
from viewsync.events import Event
from viewsync.tmux.rules.model import PROMOTE, TmuxSession
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules.names import moment, told_as
from viewsync.views.rules.tabs import Elsewhere, is_clients, is_tab

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from viewsync.registry_shape import GuiRow, ViewRow
    from viewsync.tmux.rules.model import Client, Inventory, Pane, Panes, Server

CREATING = "creating"
OPEN = "open"
_ENDS = (events.END, PROMOTE, events.GONE)
_LONGEST_OPENING = 60.0  # seconds from the row to the session, on a machine that is very busy


class Changes(NamedTuple):
    rows: dict[str, ViewRow | None]  # None: the row goes
    events: list[Event]
    unmarked: list[tuple[str, str, str]]  # id, name and parent of views without our mark as it is written today
    detours: list[tuple[str, str, str]]  # id, present name and right name of parents that are called otherwise


def rows_of(server: Server, views: Mapping[str, ViewRow]) -> dict[str, ViewRow]:
    """The rows of exactly that server, not of another one that had or has its socket."""
    return {
        name: row
        for name, row in views.items()
        if row.get("socket") == server.socket and row.get("server") == server.identity
    }


def proven(found: Inventory, views: Mapping[str, ViewRow]) -> dict[str, str]:
    """The sessions that rows show to be ours, by id, each with the name of its row: its own, or the one it had."""
    rows = rows_of(found.server, views)
    if not rows:
        return {}
    on: dict[str, list[Client]] = {}
    for client in found.clients:
        on.setdefault(client.session, []).append(client)
    return _proven({session.id: session for session in found.sessions}, rows, on)


def proven_in(reading: Panes, views: Mapping[str, ViewRow]) -> dict[str, str]:
    """The same, of a reading of panes."""
    rows = rows_of(reading.server, views)
    if not rows:
        return {}
    shown = {pane.session: pane for pane in reading.panes}
    return _proven({session: _as_session(pane) for session, pane in shown.items()}, rows, {})


def _as_session(pane: Pane) -> TmuxSession:
    """As far as a row can be compared with it."""
    return TmuxSession(
        id=pane.session,
        name=pane.session_name,
        group=pane.group,
        group_size=0,
        created=pane.created,
        last_attached=0,
        attached=0,
        clients=pane.attached,
        marked=pane.marked,
        marked_parent="",
        pinned=False,
        lease=0.0,
        window="",
        windows=0,
        old_mark=pane.old_mark,
    )


def _proven(
    there: Mapping[str, TmuxSession], rows: Mapping[str, ViewRow], on: Mapping[str, Sequence[Client]]
) -> dict[str, str]:
    by_id = {row["session_id"]: name for name, row in rows.items() if row.get("session_id")}
    found = {}
    for session in there.values():
        if session.id in by_id:
            found[session.id] = by_id[session.id]
    if len(by_id) < len(rows):
        _without_id(found, there, {name: row for name, row in rows.items() if not row.get("session_id")}, on)
    return found


def _without_id(
    found: dict[str, str],
    there: Mapping[str, TmuxSession],
    rows: Mapping[str, ViewRow],
    on: Mapping[str, Sequence[Client]],
) -> None:
    """Such a row is of a session that fits in all that it says: the name, as none but a view has, made just then, and
    it carries our mark, or lost it at once and shares the parent's windows. One that was renamed has to show them all;
    a hook that renames new sessions loses it the mark, and then the client of that row has to be on it.
    """
    from viewsync.views.rules import names  # hardly any row has no id

    named = {session.name for session in there.values()}
    for session in there.values():
        if session.id in found:
            continue
        clients = on.get(session.id, ())
        for name, row in rows.items() if session.renamed or clients else [(session.name, rows.get(session.name))]:
            if row is None or not -1 <= session.created - int(row.get("created") or 0) <= _LONGEST_OPENING:
                continue
            shares = _shares_parent(session, row, there)
            if session.name != name:
                known = session.renamed or any(is_clients(row, client) for client in clients)
                fits = known and shares and name not in named and name not in found.values()
            else:
                fits = session.marked or session.old_mark or (row.get("state") == CREATING and shares)
            if fits and names.looks_like_view(name):
                found[session.id] = name
                break


def _shares_parent(session: TmuxSession, row: ViewRow, there: Mapping[str, TmuxSession]) -> bool:
    """It shows the windows of the parent that the row has the id of, and is another session."""
    parent = row.get("parent_id", "")
    if not session.group or not parent or session.id == parent:
        return False
    return parent not in there or there[parent].group == session.group


def merged(views: Mapping[str, ViewRow], rows: Mapping[str, ViewRow | None]) -> dict[str, ViewRow]:
    """What the rows are after those changes."""
    merged = {**views, **rows}
    return {name: row for name, row in merged.items() if row is not None}


def idle_since(row: ViewRow, now: float, awake: float) -> float:
    """When it was first seen unattached, by the clock as it goes now, in seconds that the machine was awake; 0 when it
    was not. What lies ahead counts as now.
    """
    since, known = float(row.get("idle_since") or 0), float(row.get("idle_awake") or 0)
    if since and 0 < known <= awake:
        return now - (awake - known)
    return min(since, now)


def compare(
    found: Inventory,
    views: Mapping[str, ViewRow],
    running: Collection[str],
    now: float,
    trigger: str,
    awake: float = 0.0,
) -> Changes:
    """What changes in the rows. `running`: those whose opener lives; `now` in epoch seconds; `awake`: seconds that the
    machine was awake by now, 0 where nothing is written down.
    """
    comparison = _Comparison(found, views, running, now, trigger, awake)
    comparison.compare_all(views)
    return comparison.changes


def _ended(told: str) -> dict[str, tuple[str, float]]:
    """What the server ended by itself (`model.ENDED`), by the view's id and its moment: its window, and when."""
    found: dict[str, tuple[str, float]] = {}
    for entry in told.split():
        fields = entry.split("=")
        if len(fields) == 4 and fields[3].isdigit():
            session, name, window, at = fields
            found[session] = found[moment(name)] = (window, float(at))
    return found


def pane_may_stay(row: ViewRow, guis: Mapping[str, GuiRow]) -> bool:
    """Whether the WezTerm pane may be there when the view's client is gone: it is not all that runs on its terminal."""
    first = bool(row.get("leader")) and row.get("leader") == row.get("pid")
    return not first and bool(row.get("gui") or any(row.get("tty") in gui.get("ttys", ()) for gui in guis.values()))


def left(found: Inventory, views: Mapping[str, ViewRow]) -> dict[str, tuple[str, str]]:
    """The views that living tabs have left: by id, the name of the row, and the terminal."""
    elsewhere, sessions = Elsewhere(found), {session.id: session for session in found.sessions}
    mine = {session: (name, views[name]) for session, name in proven(found, views).items()}
    return {
        session: (name, row["tty"]) for session, (name, row) in mine.items() if elsewhere.has(sessions[session], row)
    }


class _Comparison:
    def __init__(
        self,
        found: Inventory,
        views: Mapping[str, ViewRow],
        running: Collection[str],
        now: float,
        trigger: str,
        awake: float,
    ) -> None:
        self.awake = awake
        self.found = found
        self.mine = rows_of(found.server, views)
        self.proven = proven(found, views)
        self.running = running
        self.now = now
        self.trigger = trigger
        self.changes = Changes({}, [], [], [])
        self.ended = _ended(found.ended)
        # Who is about to become a client, with the place that it said it opens from; and who became one before.
        openers = [row for row in self.mine.values() if row.get("state") == CREATING]
        self.openers = [*openers, *(row for row in self.mine.values() if row.get("state") != CREATING and is_tab(row))]
        self.by_id = {session.id: session for session in found.sessions}
        self.on = {client.session: client for client in found.clients}
        on = {(client.session, client.pid): client for client in found.clients}
        for session, name in self.proven.items():  # where several are, the one that was there before
            if client := on.get((session, self.mine[name].get("pid", 0))):
                self.on[session] = client

    def compare_all(self, views: Mapping[str, ViewRow]) -> None:
        for name, row in views.items():
            if row.get("socket") == self.found.server.socket and name not in self.mine:
                self.drop(name, row, events.GONE, events.SERVER_GONE)
        ids = {name: session for session, name in self.proven.items()}
        for name, row in self.mine.items():
            if name not in ids:
                self.missing(name, row)
                continue
            session = self.by_id[ids[name]]
            if session.name != name:  # somebody renamed it: its row goes with it
                self.changes.rows[name] = None
                row = {**row, "told_as": told_as(name, row)}
            self.seen(session, row)
        for known in self.found.sessions:
            if known.marked and known.id not in self.proven:
                self.rebuild(known)

    def seen(self, session: TmuxSession, row: ViewRow) -> None:
        new: ViewRow = {
            **row,
            "state": OPEN,
            "server": self.found.server.identity,
            "session_id": session.id,
            "window": session.window,
        }
        new["parent"] = self.parent_name(row)
        self.seen_clients(session, row, new)
        self.seen_detour(new)
        if not (session.marked or session.renamed) or (session.marked and session.marked_parent != new["parent"]):
            self.changes.unmarked.append((session.id, session.name, new["parent"]))
        if new != row or session.name in self.changes.rows or session.name not in self.mine:
            self.changes.rows[session.name] = new

    def seen_clients(self, session: TmuxSession, row: ViewRow, new: ViewRow) -> None:
        client = self.on.get(session.id)
        if client:
            self.seen_client(session, row, new, client)
        elif session.clients or session.attached:
            new |= {"attached": True, "idle_since": 0}  # suspended or locked
        else:
            if row.get("attached"):
                gone = not any(is_clients(row, other) for other in self.found.clients)
                reason = "its client is gone" if gone else "its client went to another session"
                self.event(session.name, new, events.DETACH, reason)
            elif row.get("state") == CREATING:
                was_on = f"client {row.get('pid')} was on it" if session.last_attached else events.CLIENTLESS
                self.event(session.name, new, events.OPEN, was_on)
            new["attached"] = False
            if not row.get("idle_since") or row["idle_since"] < session.last_attached <= self.now:
                new |= {"idle_since": self.now, "idle_awake": self.awake}
            elif row["idle_since"] > self.now:  # the clock was ahead
                new["idle_since"] = idle_since(row, self.now, self.awake)

    def seen_client(self, session: TmuxSession, row: ViewRow, new: ViewRow, client: Client) -> None:
        same = is_clients(row, client)
        new |= {"attached": True, "idle_since": 0, "pid": client.pid, "tty": client.tty}
        if client.start or not same:
            new |= {"pid_start": client.start, "leader": client.leader, "leader_start": client.leader_start}
        opener = row if same and is_tab(row) else self.opened_by(client, row)
        if same and not is_tab(opener):
            opener = row
        if row.get("attached") and same and opener is row:
            return
        new |= {"gui": opener.get("gui", 0), "gui_start": opener.get("gui_start", 0), "pane": opener.get("pane", -1)}
        new["opener"] = client.pid if is_tab(opener) else 0
        new.pop("title", None)
        if title := opener.get("title"):
            new["title"] = title
        if row.get("attached") and same:  # a pass that had read the rows before its own was written told of it
            return
        kind = events.OPEN if row.get("state") == CREATING else events.REUSE
        self.event(session.name, new, kind, f"client {client.pid} is on it")

    def opened_by(self, client: Client, row: ViewRow) -> ViewRow:
        """The row that tells where that client was started: by `open`, or it has switched here from another view."""
        nobody: ViewRow = {}
        known = (*self.openers, *self.mine.values())
        return next((other for other in known if other is not row and is_clients(other, client)), nobody)

    def seen_detour(self, new: ViewRow) -> None:
        """A parent that was called otherwise for a moment must not stay so (trap B, and a crash just then)."""
        if new.get("detour") and not self.on_detour(new):
            new.pop("detour")

    def on_detour(self, row: ViewRow) -> bool:
        parent = self.by_id.get(row.get("parent_id", ""))
        if not parent or not row.get("detour") or parent.name != row["detour"]:
            return False
        self.changes.detours.append((parent.id, parent.name, row["parent"]))
        return True

    def parent_name(self, row: ViewRow) -> str:
        """The parent may have been renamed; its id stays."""
        parent = self.by_id.get(row.get("parent_id", ""))
        if parent and parent.id not in self.proven and not parent.marked and parent.name != row.get("detour"):
            return parent.name
        return str(row.get("parent", ""))

    def missing(self, name: str, row: ViewRow) -> None:
        if ended := self.ended.get(row.get("session_id", "")) or self.ended.get(moment(name)):
            self.server_ended(name, row, *ended)
        elif row.get("state") != CREATING:
            self.drop(name, row, events.GONE, "somebody else ended it")
        elif any(is_clients(row, other) and other.session != row.get("moved_from") for other in self.found.clients):
            self.changes.rows[name] = None  # the server gave that client a free view instead, or it went elsewhere
        elif name not in self.running and self.on_detour(row):
            pass  # its client died before the join: the row stays until the parent has its name back
        elif name not in self.running or self.now - float(row.get("created") or 0) > _LONGEST_OPENING:
            self.drop(name, row, events.LOST, "it was never made")

    def server_ended(self, name: str, row: ViewRow, window: str, at: float) -> None:
        """Without asking us, as the policy would have had it. One that we never saw was there all the same."""
        at = min(self.now, at + 0.999)  # a server's clock knows whole seconds, and other things happened in that one
        server, made = self.found.server, float(row.get("created") or at)
        row = {**row, "window": window}
        if row.get("state") == CREATING:
            reason = f"client {row.get('pid')} was on it"
            self.changes.events.append(event(server, name, row, events.OPEN, reason, made, self.trigger))
        end = event(server, name, row, events.END, events.ORPHAN, at, events.HOOK)
        self.changes.events.append(end._replace(detail=events.BY_ITSELF))
        self.changes.rows[name] = None

    def rebuild(self, session: TmuxSession) -> None:
        parents = [other.id for other in self.found.sessions if other.name == session.marked_parent]
        row: ViewRow = {
            "socket": self.found.server.socket,
            "server": self.found.server.identity,
            "parent": session.marked_parent,
            "parent_id": parents[0] if parents else "",
            "state": OPEN,
            "created": session.created,
        }
        self.event(session.name, row, events.FOUND, "it carries our mark")
        self.seen(session, row)

    def drop(self, name: str, row: ViewRow, kind: str, reason: str) -> None:
        self.changes.rows[name] = None
        self.event(name, row, kind, reason)

    def event(self, name: str, row: ViewRow, kind: str, reason: str) -> None:
        self.changes.events.append(event(self.found.server, name, row, kind, reason, self.now, self.trigger))


def event(server: Server, name: str, row: ViewRow, kind: str, reason: str, now: float, trigger: str) -> Event:
    """A line of the history about a view, with what its row knows. Of its end, also how long it was there."""
    made = float(row.get("created") or 0) if kind in _ENDS else 0.0
    return Event(
        at=now,
        event=kind,
        trigger=trigger,
        socket=server.socket,
        server=str(row.get("server") or server.identity),
        session=told_as(name, row),
        parent=str(row.get("parent", "")),
        window=str(row.get("window", "")),
        gui=int(row.get("gui") or 0),
        gui_start=float(row.get("gui_start") or 0),
        tty=str(row.get("tty", "")),
        reason=reason,
        detail=str(row.get("title", "")) if kind in (events.OPEN, events.REUSE) else "",
        seconds=max(0.0, now - made) if made else None,
        what="view",
    )
