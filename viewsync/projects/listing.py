"""The project sessions: those that the registry knows, and those that only their marks tell of; and, for who asks for
any session, those of no project that the registry knows.

One tmux call a server, however many sessions it has. A server that does not answer leaves its sessions unknown: that
is not the same as none.
"""

from __future__ import annotations

import os

from viewsync.errors import Ambiguous, MissingSession, TmuxError
from viewsync.registry import rows as registry_rows
from viewsync.sessions.rules import health
from viewsync.system import processes
from viewsync.tmux import lost_sockets, pid_namespaces, project_list, side_by_side, sockets
from viewsync.tmux.rules.marks import Identity
from viewsync.tmux.rules.project_model import Sessions
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import RegistryData, SessionRow
    from viewsync.tmux.rules.model import Panes, Server
    from viewsync.tmux.rules.project_model import LiveSession, SeenSession
    from viewsync.tmux.server import Tmux

    Answer = Sessions | TmuxError

TYPE = "project"  # of their rows
CREATING = "creating"


class Known(NamedTuple):
    """`row` is None for a session that only its marks tell of, `live` for one that is not there or not known."""

    name: str  # the session's own, or the row's
    socket: str
    identity: Identity | None
    command: str
    about: Mapping[str, Any]  # what its row says of the project
    status: str  # as sessions/rules/health.py has them, or CREATING
    doubt: str  # why nothing may be concluded from it
    row: Registered | None
    live: LiveSession | None
    server: Server | None
    views: tuple[LiveSession, ...] = ()  # that share its windows
    elsewhere: LiveSession | None = None  # the session that its pane was moved into, of one that is not there itself
    panes: Panes | None = None  # all of its server, where they were asked for along with it

    @property
    def quarantined(self) -> bool:
        """In the registry, or in tmux."""
        return bool(self.row and self.row.quarantined) or bool(self.live and self.live.quarantined)

    @property
    def of_project(self) -> bool:
        return bool(self.identity) or bool(self.row and self.row.type == TYPE)

    @property
    def told(self) -> str:
        """What it is and where, for who has to choose between two of one name."""
        project = (self.identity.project if self.identity else "") or (self.row.project if self.row else "")
        what = f"a session of project {project!r}" if project else "a registered session"
        return f"{what if project or not self.of_project else 'a project session'} on {self.socket}"


class Scope(NamedTuple):
    """What --project or --here narrows to; without either, everything."""

    project: str = ""  # the project's name
    root: str = ""  # its folder, in the main worktree

    def has(self, known: Known) -> bool:
        if self.root:
            return known.identity is not None and known.identity.root == self.root
        own = {known.identity.project if known.identity else "", known.row.project if known.row else ""}
        return not self.project or self.project in own

    def __str__(self) -> str:
        """As it stands behind what was narrowed."""
        return f" of the project {self.root or self.project}" if any(self) else ""


EVERYWHERE = Scope()


class Reading(NamedTuple):
    known: list[Known]
    answers: dict[str, Answer]  # by socket
    problems: list[str]
    panes: Mapping[str, Panes] = {}


def read(
    ctx: Context, servers: Iterable[str] = (), *, alone: bool = False, every: bool = False, panes_for: str = ""
) -> Reading:
    """All of them. `servers`: sockets to ask beside those that rows name; `alone`: instead of those. `every`: with
    registered sessions of no project. `panes_for`: the name of a row, of whose server all panes are read along.
    """
    data = ctx.registry.read()
    registered_on = [] if alone else [row.socket for row in registry_rows.of(data) if every or row.type == TYPE]
    found: dict[str, Panes] = {}
    along = data["sessions"].get(panes_for, {}).get("socket", "")

    def ask(tmux: Tmux, socket: str) -> Answer:
        return _ask(tmux, socket, found if socket == along else None)

    answers = side_by_side.ask(ctx.tmux, [*registered_on, *servers], ask)
    return joined(data, answers, every=every)._replace(panes=found)


def joined(data: RegistryData, answers: dict[str, Answer], *, every: bool = False) -> Reading:
    """What the registry has of these servers, and what they answered."""
    rows = [row for row in registry_rows.of(data) if (every or row.type == TYPE) and row.socket in answers]
    known = [_of_row(row, about(data["sessions"][row.name]), answers[row.socket]) for row in rows]
    seen = {(project_session.socket, project_session.live.id) for project_session in known if project_session.live}
    for socket, answer in answers.items():
        if isinstance(answer, Sessions):
            known += [
                _of_live(answer, live)
                for live in answer.sessions
                if live.identity and not live.view and (socket, live.id) not in seen
            ]
    problems = [
        session.message
        for session in answers.values()
        if isinstance(session, TmuxError) and not isinstance(session, ServerGone)
    ]
    return Reading(sorted(known, key=lambda each: (each.name, each.socket)), answers, problems)


def about(row: SessionRow) -> Mapping[str, Any]:
    """What a row says of its project. Others write this file, too."""
    found = row.get("project")
    return found if isinstance(found, dict) else {}


def identity(about: Mapping[str, Any]) -> Identity | None:
    values = [value for value in map(about.get, Identity._fields) if isinstance(value, str)]
    return Identity(*values) if len(values) == len(Identity._fields) and values[0] else None


def within(data: RegistryData, scope: Scope) -> set[str]:
    """The names of the rows in it."""
    rows = [_of_row(row, about(data["sessions"][row.name]), _UNASKED) for row in registry_rows.of(data)]
    return {known.name for known in rows if scope.has(known)}


_UNASKED = TmuxError("it was not asked")


def _ask(tmux: Tmux, socket: str, panes: dict[str, Panes] | None) -> Answer:
    """`panes` gets those of that server, too."""
    try:
        if not os.path.isabs(socket):
            raise TmuxError(f"a session's socket is {socket!r}, and its folder is not known")
        if panes is None:
            return project_list.read(tmux, socket)
        sessions, panes[socket] = project_list.read_with_panes(tmux, socket)
        return sessions
    except TmuxError as error:
        return error


def _of_row(row: Registered, about: Mapping[str, Any], answer: Answer) -> Known:
    command = about.get("command")
    found = Known(
        name=row.name,
        socket=row.socket,
        identity=identity(about),
        command=command if isinstance(command, str) else "",
        about=about,
        status=health.MISSING,
        doubt="",
        row=row,
        live=None,
        server=None,
    )
    if isinstance(answer, ServerGone):
        doubt = lost_sockets.doubt(row.server, place=row.place)
        return _made(found._replace(status=health.UNKNOWN if doubt else health.SERVER, doubt=doubt))
    if isinstance(answer, TmuxError):
        return found._replace(status=health.UNKNOWN, doubt=answer.message)
    if doubt := lost_sockets.doubt(row.server, answer.server, row.place):
        return found._replace(status=health.UNKNOWN, doubt=doubt)
    found = found._replace(server=answer.server)
    live = _its(row, found.identity, answer)
    if live is None and not answer.complete:
        return found._replace(status=health.UNKNOWN, doubt="its server's answer could not be read in full")
    if live is None and (elsewhere := _elsewhere(row, answer)):
        pid = elsewhere.pids[row.pane_id]
        status, doubt = _health([pid], answer.server)
        return found._replace(elsewhere=elsewhere, status=status, doubt=doubt)
    if live is None:
        return _made(found)
    return _made(_with_live(found, answer, live))


def _its(row: Registered, identity: Identity | None, answer: Sessions) -> LiveSession | None:
    """By id; of a row that was never completed, by the marks of the session of its name. A shell tool's has no id."""
    if row.session_id:
        same = row.server == answer.server.identity
        return next((session for session in answer.sessions if same and session.id == row.session_id), None)
    if row.type != TYPE:
        name = row.target.rpartition(":")[0] or row.name
        return next((session for session in answer.sessions if session.name == name), None)
    mine = (
        session for session in answer.sessions if session.name == row.name and session.identity and not session.view
    )
    return next((session for session in mine if session.identity == identity), None)


def _elsewhere(row: Registered, answer: Sessions) -> LiveSession | None:
    """A pane keeps its id wherever it is moved."""
    if not row.pane_id or row.server != answer.server.identity:
        return None
    found = [session for session in answer.sessions if row.pane_id in session.pane_ids]
    return min(found, key=lambda each: each.view, default=None)


def _of_live(answer: Sessions, live: LiveSession) -> Known:
    blank = Known(
        name=live.name,
        socket=answer.server.socket,
        identity=live.identity,
        command=live.command,
        about={},
        status=health.ALIVE,
        doubt="",
        row=None,
        live=None,
        server=answer.server,
    )
    return _with_live(blank, answer, live)


def _with_live(known: Known, answer: Sessions, live: LiveSession) -> Known:
    views = [
        session for session in answer.sessions if live.group and session.group == live.group and session.id != live.id
    ]
    status, doubt = _health(live.panes, answer.server)
    found = known._replace(
        identity=known.identity or live.identity, status=status, doubt=doubt, live=live, views=tuple(views)
    )
    # A registered session has the name that the registry gave it, and a project's its own.
    return found._replace(name=live.name) if found.of_project else found


def _health(pids: Sequence[int], server: Server) -> tuple[str, str]:
    """By the programs of its panes, 0 for one that ended; and why that may not be trusted."""
    if not any(pids):
        return health.DEAD, ""
    if not pid_namespaces.is_here(server):
        return health.UNKNOWN, pid_namespaces.NOT_HERE
    return health.ALIVE if any(processes.alive(pid) for pid in pids) else health.ZOMBIE, ""


def _made(known: Known) -> Known:
    row = known.row
    making = row is not None and processes.alive(row.maker, row.maker_start, row.maker_place)
    return known._replace(status=CREATING) if making else known


def find(
    ctx: Context,
    name: str,
    label: str = "",
    socket: str = "",
    *,
    every: bool = False,
    scope: Scope = EVERYWHERE,
    with_panes: bool = False,
) -> Known:
    """The one of exactly that name: on the server that `label` or `socket` names, else on any that a row names, or on
    the usual one. MissingSession, or Ambiguous. `with_panes`: where it has a row, those of its server were read, too.
    """
    panes_for = name if with_panes else ""
    if label or socket:
        place = sockets.socket_of(ctx.env, label, socket)
        reading = read(ctx, [place], alone=True, every=every, panes_for=panes_for)
        return named(reading, name, every=every, scope=scope)
    try:
        usual, problems = [sockets.socket_of(ctx.env, "", "")], []
    except TmuxError as error:  # whose folder tmux refuses has no session there, and may have others
        usual, problems = [], [error.message]
    reading = read(ctx, usual, every=every, panes_for=panes_for)
    return named(reading._replace(problems=reading.problems + problems), name, every=every, scope=scope)


def named(reading: Reading, name: str, *, every: bool = False, scope: Scope = EVERYWHERE) -> Known:
    """The one of exactly that name, which its session or its row has."""
    known = [session for session in reading.known if scope.has(session)]
    fitting = [session for session in known if session.name == name]
    fitting = fitting or [session for session in known if session.row and session.row.name == name]
    if len({session.of_project for session in fitting}) == 1 and any(session.live for session in fitting):
        fitting = [session for session in fitting if session.live]
    if len(fitting) > 1:
        places = ", and ".join(session.told for session in fitting)
        raise Ambiguous(f"{name!r} is {places}", "say with -S which one is meant")
    if fitting:
        return fitting[0]._replace(panes=reading.panes.get(fitting[0].socket))
    if reading.problems:
        raise TmuxError(f"cannot tell whether there is a session {name!r}: {reading.problems[0]}")
    from viewsync.text.nearest import did_you_mean  # not where it is there

    see = "`viewsync list` lists them" if every else "`viewsync status` lists them"
    near = did_you_mean(name, (session.name for session in known), see, most=3)
    what = "session" if every else "project session"
    raise MissingSession(f"there is no {what} {name!r}{scope}", near)


def alive(known: Known) -> Known:
    """The same, of one that runs; MissingSession, or TmuxError where that cannot be known."""
    if known.live and known.server:
        return known
    if known.doubt:
        raise TmuxError(f"cannot tell whether session {known.name!r} is running: {known.doubt}")
    if known.elsewhere and known.server:
        return known._replace(live=known.elsewhere)
    if known.status == CREATING:
        raise MissingSession(f"session {known.name!r} is still being created", "try again in a moment")
    again = "`viewsync run` creates it again" if known.of_project else "`viewsync cleanup` forgets it"
    raise MissingSession(f"session {known.name!r} is no longer running", again)


def detail(tmux: Tmux, known: Known) -> SeenSession | None:
    """Its windows and panes, None of one that does not run."""
    if known.live is None or known.server is None:
        return None
    from viewsync.tmux import session_detail  # not for who asks for names alone

    return session_detail.see(tmux, known.server, known.live.id, session_detail.DetailRequest([], [], []))
