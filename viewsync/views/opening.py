"""Open a view of a session: decided here as far as can be known, and by the server at the moment of attaching."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, StateError, TmuxError, UsageError
from viewsync.light import contextlib, quote
from viewsync.registry.safe_reading import read_registry
from viewsync.system import end_of_file, processes, procfs, signals, terminal, terminal_owner
from viewsync.system.wezterm import gui_pid, mux_socket
from viewsync.tmux import inventory, pid_namespaces, view_origin
from viewsync.tmux import views as tmux_views
from viewsync.tmux.guarded_join import NewView
from viewsync.tmux.rules import hooks, session_names, versions
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple
from viewsync.views.rules import names, tabs, tracking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.registry_shape import GuiRow, ViewRow
    from viewsync.tmux.rules.model import Inventory, TmuxSession
    from viewsync.tmux.server import Tmux
    from viewsync.tmux.view_origin import Origin

_READING_TIME = 120.0  # seconds that an error stands in a tab that would close with us
_TRIES = 3  # free views to try before a new one is made
_LONGEST_COMMAND = 12_000  # bytes; tmux takes 16 KB in one message, less the rest of the command line


class OpenRequest(NamedTuple):
    parent: str
    socket: str
    create: bool = False
    new: bool = False
    cwd: str = ""
    title: str = ""
    tab_title: str = ""
    window: str = ""
    lease: float = 10.0  # seconds, for `reserve`


class Opener(NamedTuple):
    """Where a view is opened from. The start times are 0 where they are not known."""

    pid: int  # of the process that becomes the client
    start: float
    tty: str = ""  # "" without a terminal
    leader: int = 0  # the first process on that terminal
    leader_start: float = 0.0
    gui: int = 0  # pid of the WezTerm process that owns the terminal, 0 when none does
    gui_start: float = 0.0
    pane: int = -1  # WezTerm's pane id, -1 when none


class OpenPlan(NamedTuple):
    """What `open` is about to do. `free`: views that may be reused, the one used last first."""

    found: Inventory
    free: list[TmuxSession]
    view: NewView
    caller: str  # what our hooks are to call, "" when they stand
    guis: Mapping[str, GuiRow]


def become_client(ctx: Context, request: OpenRequest) -> None:
    """Turn this process into the tmux client of a view. Returns only by raising."""
    plan = planned(ctx, request)
    by = opener(ctx.env)
    _refuse_nesting(ctx, by, plan)
    _refuse_terminal(ctx.tmux, request.socket)
    told = terminal.announce({"viewsync_parent": plan.view.parent, "viewsync_socket": request.socket}, request.title)
    row = _row(ctx, plan, by, tracking.CREATING)
    if request.tab_title:
        row["title"] = request.tab_title
    view = plan.view._replace(ends_alone=not ctx.config["linger"] and not tracking.pane_may_stay(row, plan.guis))
    version = plan.found.server.version
    argv = tmux_views.attach(ctx.tmux, request.socket, plan.free, view, plan.caller, version, ctx.clock())
    _write_row(ctx, view.name, row)
    argv = _private(ctx, argv, plan.view.origin)
    terminal.let_read(told)
    signals.before_exec()
    end_of_file.disable()
    try:
        os.execvpe(argv[0], argv, ctx.tmux.env)
    except OSError as error:
        raise TmuxError(
            f"cannot run {argv[0]}: {error.strerror}", "install tmux, or set its path in config.toml"
        ) from None


def reserve(ctx: Context, request: OpenRequest) -> dict[str, Any]:
    """Have a view without being its client: reserved for `request.lease` seconds, then cleaned up as any other."""
    plan = planned(ctx, request)
    now = ctx.clock()
    lease = f"{int(now + request.lease)}.{int(request.lease)}"
    _write_row(ctx, plan.view.name, _row(ctx, plan, Opener(os.getpid(), _start(os.getpid())), tracking.CREATING))
    version = plan.found.server.version
    name = tmux_views.reserve(ctx.tmux, request.socket, plan.free, plan.view, plan.caller, version, lease, now)
    if name != plan.view.name:
        with ctx.registry.change() as data:
            data["views"].pop(plan.view.name, None)
    return {
        "view": name,
        "parent": plan.view.parent,
        "socket": request.socket,
        "action": "created" if name == plan.view.name else "reused",
        "lease_seconds": request.lease,
        "attach": ctx.tmux.to_attach(request.socket, name),
    }


def planned(ctx: Context, request: OpenRequest) -> OpenPlan:
    """MissingSession, TmuxError as tmux says."""
    found, origin = _look(ctx.tmux, request)
    data = read_registry(ctx)[0]  # one that is corrupt is set aside by the write below
    rows = _rows(found, data["views"])
    parent, joined = _resolve(request.parent, found, rows)
    if origin is None or origin.session != joined.id:
        origin = view_origin.read(ctx.tmux, request.socket, joined.id)
    free = [] if request.new else _free(found, joined, rows, ctx.clock())
    view = new_view(ctx, request, parent, joined, origin)
    missing = ctx.config["hooks"] and not hooks.stand(found.hooks, ctx.caller)
    return OpenPlan(found, free, view, ctx.caller if missing else "", data["guis"])


def _look(tmux: Tmux, request: OpenRequest) -> tuple[Inventory, Origin | None]:
    """The server's sessions; with --create, made to hold the one asked for."""
    try:
        found, origin = view_origin.read_with_inventory(tmux, request.socket, request.parent)
    except ServerGone:
        if not request.create:
            raise MissingSession(
                f"there is no session {request.parent!r}: no tmux server on {request.socket}",
                "--create makes it; -L or -S names another server",
            ) from None
        found, origin = None, None
    if request.create and (found is None or all(session.name != request.parent for session in found.sessions)):
        if problem := session_names.refusal(request.parent):
            raise UsageError(f"cannot create a session {request.parent!r}: {problem}", "choose another name")
        from viewsync.tmux import sessions  # only for this

        with contextlib.suppress(sessions.Duplicate):  # somebody else made it just now
            sessions.make(tmux, request.socket, sessions.NewSession(request.parent, request.cwd))
        found, origin = _just_made(tmux, request)
    assert found is not None
    return found, origin


def _just_made(tmux: Tmux, request: OpenRequest) -> tuple[Inventory, Origin | None]:
    ended = TmuxError(
        f"the new session {request.parent!r} ended at once",
        "what tmux starts in it (its default-command and default-shell) did: run that by hand to see why",
    )
    try:
        found, origin = view_origin.read_with_inventory(tmux, request.socket, request.parent)
    except ServerGone:
        raise ended from None
    if all(session.name != request.parent for session in found.sessions):
        raise ended
    return found, origin


def _rows(found: Inventory, views: Mapping[str, ViewRow]) -> dict[str, ViewRow]:
    """The rows of our views, by what those are called now."""
    ours = tracking.proven(found, views)
    return {session.name: views[ours[session.id]] for session in found.sessions if session.id in ours}


def _resolve(name: str, found: Inventory, rows: dict[str, ViewRow]) -> tuple[str, TmuxSession]:
    """The parent's name, and the session to join. A view's name means its parent.

    While the parent is gone, its work lives in its views: then the one used last stands for it.
    """
    sessions = {session.name: session for session in found.sessions}
    if name in sessions and (sessions[name].marked or name in rows):
        name = str(rows.get(name, {}).get("parent") or sessions[name].marked_parent or name)
    if name in sessions:
        return name, sessions[name]
    views = [session for session in found.sessions if session.marked and _parent(session, rows) == name]
    if views:
        return name, max(views, key=lambda each: (each.last_attached, each.created))
    parents = [session.name for session in found.sessions if not session.marked and session.name not in rows]
    from viewsync.text.nearest import did_you_mean

    near = did_you_mean(name, parents, most=3)
    hint = f"{near} --create makes a new one" if near else "--create makes it"
    raise MissingSession(f"there is no session {name!r} on {found.server.socket}", hint)


def _parent(session: TmuxSession, rows: dict[str, ViewRow]) -> str:
    return str(rows.get(session.name, {}).get("parent") or session.marked_parent)


def _free(found: Inventory, joined: TmuxSession, rows: dict[str, ViewRow], now: float) -> list[TmuxSession]:
    """Views of that group that nobody is on; what may change until the attach is asked of the server again."""
    if not joined.group_size:
        return []
    elsewhere = tabs.Elsewhere(found)
    free = [
        session
        for session in found.sessions
        if (session.marked or session.name in rows)
        and session.group_size
        and session.group == joined.group
        and not (session.attached or session.clients or session.lease >= int(now))
        and not elsewhere.has(session, rows.get(session.name, {}))
        and not (session.quarantined or rows.get(session.name, {}).get("quarantined"))
    ]
    return sorted(free, key=lambda each: (-each.last_attached, each.name))[:_TRIES]


def new_view(ctx: Context, request: OpenRequest, parent: str, joined: TmuxSession, origin: Origin) -> NewView:
    now = ctx.clock()
    digits = names.digits(now, int.from_bytes(os.urandom(4), "big"))
    return NewView(
        name=names.view_name(parent, now, digits, behind=versions.ends_groups_by_name(origin.version)),
        origin=origin,
        parent=parent,
        joins=joined.name,
        folder=os.path.abspath(request.cwd) if request.cwd else "",  # a whole path stays what it is
        window=request.window,
        detour=f"viewsync-detour-{digits}",
        hooks=_own_hooks(ctx, origin),
    )


def _own_hooks(ctx: Context, origin: Origin) -> tuple[tuple[str, str], ...]:
    """The parent's. A session's hook stands for the one that all have, so where ours is one of those it comes along."""
    events = {slot.partition("[")[0] for slot, _ in origin.hooks}.intersection(hooks.EVENTS)
    if not events or not ctx.config["hooks"]:
        return origin.hooks
    from viewsync.tmux import view_hooks  # most parents have none

    ours = tuple((hooks.slot(event), view_hooks.text(event, ctx.caller, origin.version)) for event in sorted(events))
    return (*origin.hooks, *ours)


def opener(env: Mapping[str, str]) -> Opener:
    """Where we are. WezTerm's variables are true only on a terminal of its own, never inside tmux (#4439)."""
    tty = terminal.name()
    if not tty:
        raise UsageError("open needs a terminal to become a tmux client", "--json opens without attaching")
    gui = _gui(env)
    gui = gui if processes.alive(gui) else 0  # a variable outlives the WezTerm that set it
    pane = env.get("WEZTERM_PANE", "")
    return Opener(
        os.getpid(),
        _start(os.getpid()),
        tty,
        *terminal_owner.of(tty, os.getpid()),
        gui,
        _start(gui),
        int(pane) if gui and pane.isdecimal() else -1,
    )


def _start(pid: int) -> float:
    """Where that takes no time; the next sweep fills in the rest."""
    return processes.start_time(pid, cheaply=True) if pid else 0.0


def _gui(env: Mapping[str, str]) -> int:
    """The pid of the WezTerm that owns our terminal, 0 when none does."""
    named = gui_pid(env.get("WEZTERM_UNIX_SOCKET", ""))
    if not terminal.is_session_leader():
        return 0 if env.get("TMUX") else named or _mux(env)
    if named == os.getppid() or (env.get("WEZTERM_PANE") and not env.get("TMUX")):
        return os.getppid()
    return 0


def _mux(env: Mapping[str, str]) -> int:
    """The pid of the mux domain's server in whose pane our shell is: its socket names none, but it is the parent."""
    shell = procfs.stat(os.getsid(0)) if env.get("WEZTERM_PANE") and mux_socket(env) else None
    return shell.parent if shell and shell.parent > 1 else 0


def is_tab_of_its_own(env: Mapping[str, str]) -> bool:
    """Whether WezTerm opened the tab for us, so that it ends with us."""
    return bool(env.get("WEZTERM_PANE")) and bool(terminal.name()) and terminal.is_session_leader()


def wait_for_reader() -> None:
    terminal.wait_for_key(_READING_TIME)


def _refuse_nesting(ctx: Context, opener: Opener, plan: OpenPlan) -> None:
    """A client inside a pane of its own server shows itself in itself."""
    if ctx.env.get("TMUX") and opener.tty in inventory.panes(ctx.tmux, plan.found.server.socket):
        raise UsageError(
            f"this terminal is a pane of the same tmux server ({plan.found.server.socket})",
            f"inside tmux, `viewsync attach {quote(plan.view.parent)}` goes there",
        )


def _refuse_terminal(tmux: Tmux, socket: str) -> None:
    """As the client would: but its words would go with the tab."""
    suits = terminal.suits_tmux(tmux.env)
    if suits or not (refused := tmux.refuses_terminal(socket, lacking=suits is False)):
        return
    raise TmuxError(
        f"tmux cannot use this terminal (TERM={tmux.env.get('TERM', '')}): {refused}",
        "set TERM to what this machine knows, as xterm-256color; in WezTerm by the option `term`",
    )


def _row(ctx: Context, plan: OpenPlan, opener: Opener, state: str) -> ViewRow:
    view = plan.view
    return {
        "socket": plan.found.server.socket,
        "server": plan.found.server.identity,
        "place": pid_namespaces.place(plan.found.server.socket, plan.found.server.identity),
        "parent": view.parent,
        "parent_id": view.origin.session,
        "state": state,
        "created": ctx.clock(),
        "pid": opener.pid,
        "pid_start": opener.start,
        "tty": opener.tty,
        "leader": opener.leader,
        "leader_start": opener.leader_start,
        "opener": opener.pid if opener.tty else 0,
        "gui": opener.gui,
        "gui_start": opener.gui_start,
        "pane": opener.pane,
        "window": view.window or view.origin.window,
        "attached": False,
        "idle_since": 0,
        "detour": view.detour,
    }


def _write_row(ctx: Context, name: str, row: ViewRow) -> None:
    """Before the session is made: its exact name in the registry is what makes it ours."""
    mux = mux_socket(ctx.env) if row["gui"] else ""
    with ctx.registry.change() as data:
        data["views"][name] = row
        if mux:
            from viewsync.views import wezterm_panes  # only for this

            wezterm_panes.note_mux(data["guis"], mux, row)


def is_private(origin: Origin, words: Sequence[str]) -> bool:
    """Whether these words of a client are to come in a file: others would read what is the user's, or tmux not all."""
    told = bool(origin.options or origin.hooks) or any(value is not None for _, value in origin.environment)
    return told or sum(len(os.fsencode(word)) + 1 for word in words) >= _LONGEST_COMMAND


def _private(ctx: Context, argv: list[str], origin: Origin) -> list[str]:
    """Everybody sees the words of a process, and those of the client as long as its tab is there: what a session's
    variables and options say comes in a file of ours. So does a command too long for tmux.
    """
    if not is_private(origin, argv):
        return argv
    path = os.path.join(ctx.folder, f"open.conf-{os.getpid()}")
    text, command = tmux_views.from_file(path, argv[-1])
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # of a killed process that had our number
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except OSError as error:
        raise StateError(f"cannot write {path}: {error.strerror}") from None
    return [*argv[:-1], command]
