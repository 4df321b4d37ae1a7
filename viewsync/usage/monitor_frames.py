"""What `monitor` shows, round by round: one tmux call a server, one look at all processes, files when they changed."""

from __future__ import annotations

import os

from viewsync.errors import StateError, TmuxError, ViewsyncError
from viewsync.registry import rows
from viewsync.registry.rules import lookup
from viewsync.sessions.rules import health
from viewsync.store.registry_file import empty
from viewsync.system import process_table, processes
from viewsync.text.sanitize import harmless
from viewsync.text.timestamps import epoch
from viewsync.tmux import polling
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.usage import today
from viewsync.usage.rules.view_report import ViewThere
from viewsync.views.rules import groups, tracking

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.registry.rules.row import Registered
    from viewsync.system.process_table import ProcessTable, TreeUse
    from viewsync.tmux.polling import Look
    from viewsync.tmux.rules.model import Pane, Server
    from viewsync.usage.rules.view_report import Key as ViewKey
    from viewsync.usage.today import Today
    from viewsync.views.rules.groups import Groups, View

    Answer = Look | TmuxError
    Key = tuple[str, str]

_EVENTS = 5  # of the history that are shown
_SHORTEST = 0.5  # seconds over which what is used can be told: the kernel counts in hundredths


class SessionFrame(NamedTuple):
    row: Registered
    status: str
    id: str  # "$7", "" when it is not there
    called: str  # in tmux, where somebody may have renamed it
    pane: str
    attached: bool  # somebody is on it, or on one of its views
    views: tuple[View, ...]
    cpu: float | None  # percent of one core, since the round before; in the first one since the session was made
    memory: int
    created: float  # 0 when it is not known
    line: str  # the last one of its pane, printable
    read: bool = False  # its line was read at all

    @property
    def name(self) -> str:
        return self.row.name


class ParentFrame(NamedTuple):
    name: str
    views: int
    attached: int


class Frame(NamedTuple):
    """`at` is when it was read, in epoch seconds."""

    at: float
    sessions: tuple[SessionFrame, ...]
    parents: tuple[ParentFrame, ...]
    events: tuple[Event, ...]  # newest first
    problems: tuple[str, ...]
    today: Today


class _Index(NamedTuple):
    """What is made of one answer of a server, as long as it says the same."""

    text: str
    groups: Groups
    sessions: dict[str, tuple[Pane, ...]]  # by id


class _Used(NamedTuple):
    at: float
    cpu: float  # seconds, until then
    percent: float | None


class Monitor:
    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._data = empty()
        self._rows: list[Registered] = []
        self._events: tuple[Event, ...] = ()
        self._today: list[Event] = []
        self._stamps: dict[str, object] = {}
        self._looks: dict[str, Answer] = {}
        self._index: dict[str, _Index] = {}
        self._views: dict[str, Mapping[str, str]] = {}  # the ids of our views, by socket
        self._lines: dict[Key, tuple[tuple[str, ...], float, str]] = {}
        self._used: dict[Key, _Used] = {}
        self._problems: list[str] = []

    def read(self, wanted: Collection[str] | None = None) -> Frame:
        """`wanted`: the sessions whose last lines are shown, None for all. The others' stay as they were."""
        self._problems = []
        self._read_registry()
        self._read_history()
        sockets = {row.socket for row in self._rows} | {str(row.get("socket")) for row in self._data["views"].values()}
        self._looks = {socket: self._look(socket) for socket in sorted(sockets) if os.path.isabs(socket)}
        self._views = {
            socket: tracking.proven_in(look.panes, self._data["views"])
            for socket, look in self._looks.items()
            if not isinstance(look, TmuxError)
        }
        found = [self._found(row) for row in self._rows]
        self._read_lines([session for session in found if wanted is None or session.name in wanted])
        now, table = self.ctx.clock(), process_table.read()
        sessions = tuple(self._measured(session, table, now) for session in found)
        kept = {_key(session) for session in found}
        self._used = {key: value for key, value in self._used.items() if key in kept}
        came = today.count(self._today, self._rows, *self._known_views(), now)
        return Frame(now, sessions, self._parents(), self._events, tuple(dict.fromkeys(self._problems)), came)

    def server(self, session: SessionFrame) -> Server | None:
        """Where it is, as it was when it was read."""
        look = self._looks.get(session.row.socket)
        return None if look is None or isinstance(look, TmuxError) else look.panes.server

    def _changed(self, path: str) -> bool:
        try:
            found = os.stat(path)
            stamp: object = (found.st_mtime_ns, found.st_size, found.st_ino)
        except OSError:
            stamp = None
        changed = path not in self._stamps or self._stamps[path] != stamp
        self._stamps[path] = stamp
        return changed

    def _read_registry(self) -> None:
        try:
            if self._changed(self.ctx.registry.path):
                self._data = self.ctx.registry.read()
                self._rows = rows.of(self._data)
        except ViewsyncError as error:
            self._stamps.clear()
            self._problems.append(error.message)

    def _read_history(self) -> None:
        """The write-ahead log is where a change shows first."""
        path = self.ctx.history.path
        changed = [self._changed(file) for file in (path, f"{path}-wal")]
        if not any(changed):
            return
        try:
            self._events = tuple(self.ctx.history.find("event NOT IN ('open', 'reuse')", (), limit=_EVENTS))
            self._today = today.read(self.ctx.history, self.ctx.clock())
        except StateError as error:
            self._problems.append(error.message)
        for file in (path, f"{path}-wal"):
            self._changed(file)  # reading it makes and removes the log

    def _look(self, socket: str) -> Answer:
        before = self._looks.get(socket)
        try:
            look = polling.look(self.ctx.tmux, socket, None if isinstance(before, TmuxError) else before)
        except TmuxError as error:
            self._problems += [] if isinstance(error, ServerGone) else [error.message]
            return error
        if socket not in self._index or self._index[socket].text != look.text:
            sessions: dict[str, list[Pane]] = {}
            for pane in look.panes.panes:
                sessions.setdefault(pane.session, []).append(pane)
            by_id = {session: tuple(mine) for session, mine in sessions.items()}
            self._index[socket] = _Index(look.text, groups.index(look.panes), by_id)
        return look

    def _found(self, row: Registered) -> SessionFrame:
        """Without what needs the process table, or the pane's text."""
        look = self._looks.get(row.socket)
        blank = SessionFrame(row, health.UNKNOWN, "", row.name, "", False, (), None, 0, epoch(row.created_at), "")
        if look is None or (isinstance(look, TmuxError) and not isinstance(look, ServerGone)):
            return blank
        if isinstance(look, TmuxError):
            gone = not row.server or not processes.is_server(row.server, row.place)
            return blank._replace(status=health.SERVER if gone else health.UNKNOWN)
        index, known = self._index[row.socket], self._views[row.socket]
        reading = look.panes
        if row.session_id:  # no other pane matters
            reading = reading._replace(panes=index.sessions.get(row.session_id, ()))
        found = lookup.by_row(reading, row)
        if found.pane is None and row.pane_id:  # it may have been moved
            found = lookup.by_row(look.panes, row)
        if not found.session:
            return blank._replace(status=health.MISSING if look.panes.complete else health.UNKNOWN)
        return blank._replace(
            status=health.judge(found, running=True).status,
            id=found.session,
            called=found.session_name,
            pane=found.pane.id if found.pane else "",
            attached=groups.in_use(index.groups, found.session),
            views=tuple(groups.views(index.groups, found.session, known)),
            created=blank.created or (found.pane.created if found.pane else 0.0),
        )

    def _measured(self, session: SessionFrame, table: ProcessTable, now: float) -> SessionFrame:
        look = self._looks.get(session.row.socket)
        known = self._lines.get(_key(session))
        session = session._replace(line=known[2] if known else "", read=known is not None)
        if look is None or isinstance(look, TmuxError) or not session.id:
            return session
        mine = self._index[session.row.socket].sessions.get(session.id, ())
        if session.row.session_id not in ("", session.id):  # its pane was moved into that one
            mine = tuple(seen_pane for seen_pane in mine if seen_pane.id == session.pane)
        tree = table.tree(
            seen_pane.pid for seen_pane in mine if not seen_pane.dead
        )  # a dead one's pid is another process's by now
        pane = next((seen_pane for seen_pane in mine if seen_pane.id == session.pane), None)
        status = session.status
        if pane and status == health.ALIVE:
            start = session.row.pid_start if session.row.pid == pane.pid else 0.0
            status = status if table.runs(pane.pid, start) else health.ZOMBIE
        return session._replace(status=status, cpu=self._cpu(session, tree, now), memory=tree.memory)

    def _cpu(self, session: SessionFrame, tree: TreeUse, now: float) -> float | None:
        before = self._used.get(_key(session)) or _Used(session.created, 0.0, None)
        if now - before.at < _SHORTEST or not before.at:
            return before.percent
        percent = round(max(0.0, 100 * (tree.cpu - before.cpu) / (now - before.at)), 1) if tree.processes else None
        self._used[_key(session)] = _Used(now, tree.cpu, percent)
        return percent

    def _read_lines(self, sessions: list[SessionFrame]) -> None:
        """Of the panes in which something may have come since they were read."""
        stale: dict[str, list[SessionFrame]] = {}
        for session in sessions:
            look = self._looks.get(session.row.socket)
            if session.pane and look is not None and not isinstance(look, TmuxError):
                mark, at, _ = self._lines.get(_key(session), ((), 0.0, ""))
                now = look.marks.get(session.pane, ())
                if mark != now or polling.active(now) >= int(at):  # tmux's clock has whole seconds
                    stale.setdefault(session.row.socket, []).append(session)
        for socket, mine in stale.items():
            self._capture(socket, mine)

    def _capture(self, socket: str, sessions: list[SessionFrame]) -> None:
        look = self._looks[socket]
        if isinstance(look, TmuxError):
            return
        try:
            shown = polling.last_lines(self.ctx.tmux, socket, list(dict.fromkeys(session.pane for session in sessions)))
        except TmuxError as error:
            self._problems.append(error.message)
            return
        for session in sessions:
            if session.pane in shown:
                line = harmless(shown[session.pane], colours=False).replace("\t", " ")
                self._lines[_key(session)] = (look.marks.get(session.pane, ()), look.at, line)

    def _known_views(self) -> tuple[dict[ViewKey, ViewThere], list[ViewKey]]:
        """Those that are there, and those of which the next sweep will say what became of them."""
        there: dict[ViewKey, ViewThere] = {}
        for socket, known in self._views.items():
            panes = {mine[0].session: mine[0] for mine in self._index[socket].sessions.values()} if known else {}
            for session, name in known.items():
                row = self._data["views"][name]
                key = (socket, str(row.get("server")), name)
                made = float(row.get("created") or panes[session].created)
                there[key] = ViewThere(str(row.get("parent") or "?"), made, panes[session].attached)
        rows = self._data["views"].items()
        return there, [(str(row.get("socket")), str(row.get("server")), name) for name, row in rows]

    def _parents(self) -> tuple[ParentFrame, ...]:
        """Of the views that the registry knows and that are there."""
        found: dict[str, list[bool]] = {}
        for socket, known in self._views.items():
            there = {mine[0].session: mine[0] for mine in self._index[socket].sessions.values()} if known else {}
            for session, name in known.items():
                parent = str(self._data["views"][name].get("parent") or "?")
                found.setdefault(parent, []).append(there[session].attached)
        return tuple(ParentFrame(name, len(views), sum(views)) for name, views in sorted(found.items()))


def _key(session: SessionFrame) -> Key:
    return (session.row.socket, session.row.name)
