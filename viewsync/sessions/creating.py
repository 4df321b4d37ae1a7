"""Make a session, and register it: the row first, so that whatever happens between the two can be found again."""

from __future__ import annotations

import os
import time

from viewsync.errors import SessionExists, StateError, TmuxError, TmuxTimeout, UsageError
from viewsync.events import CREATE, ERROR
from viewsync.history import recording
from viewsync.light import re
from viewsync.registry import reservation, rows
from viewsync.registry.rules import lookup
from viewsync.registry.rules.row import Registered, registered
from viewsync.store.registry_file import Corrupt
from viewsync.system import process, processes
from viewsync.text import variables
from viewsync.tmux import lost_sockets, pane_list, sessions, sockets
from viewsync.tmux.rules import session_names
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.registry_shape import SessionRow
    from viewsync.tmux.server import Tmux
    from viewsync.tmux.sessions import StartedSession

_TRIES = 3  # somebody else may change the row between the look at it and the lock
_LONGEST_START = 5.0  # seconds from tmux's fork to the program, on a machine that is very busy
_LARGEST = 10_000  # columns or rows, tmux's own limit
_LONGEST_HISTORY = 2**31 - 1  # the same for lines
DEFAULT_SIZE = (200, 50)  # whatever tmux is set to: programs can rely on it
# What each kind of session runs, and what that needs to be driven by a program.
PROGRAMS: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "shell": (["bash"], []),
    "python-repl": (["python3", "-q"], [("PYTHON_BASIC_REPL", "1")]),
    "debugger": (["gdb", "-iex", "set pagination off"], []),
}
PROGRAM = "program"  # the type of a session that runs anything else


class CreateRequest(NamedTuple):
    name: str
    label: str = ""
    socket: str = ""
    window: str = "shell"
    type: str = "shell"
    command: Sequence[str] = ()  # instead of what PROGRAMS has for the type
    cwd: str = ""
    environment: Sequence[str] = ()  # NAME=VALUE, or NAME: what it is for us
    size: str = ""  # WxH, "" for DEFAULT_SIZE
    history_limit: int | None = None  # lines that its panes keep, None for what tmux is set to
    register: bool = True


class Created(NamedTuple):
    socket: str
    made: StartedSession
    running: bool
    registered: bool
    warnings: list[str]
    withheld: Sequence[str] = ()  # the caller's variables that it has not, since they are secrets


def create(ctx: Context, request: CreateRequest) -> Created:
    """Nothing is touched before every argument has been found good."""
    began = time.monotonic()
    new = _checked(ctx.env, request)
    socket = _socket(ctx, request)
    warnings: list[str] = []
    row = _reserve(ctx, request, socket, warnings) if request.register else None
    try:
        done = _make(ctx, request, socket, new, row, warnings)
    except TmuxError as error:
        _record(ctx, row, ERROR, error.kind, began)
        raise
    _record(ctx, row, CREATE, request.type, began)
    return done


def _record(ctx: Context, row: Registered | None, event: str, reason: str, began: float) -> None:
    if row:
        seconds = round(time.monotonic() - began, 3)
        recording.record(ctx, [recording.event(ctx.clock, row, event, "create", reason, seconds=seconds)])


def _make(
    ctx: Context,
    request: CreateRequest,
    socket: str,
    new: sessions.NewSession,
    row: Registered | None,
    warnings: list[str],
) -> Created:
    try:
        made = sessions.make(ctx.tmux, socket, new)
    except TmuxTimeout as error:  # it may have been made: the row stays, so that it can be found
        problem = f"Failed to create tmux session '{request.name}': {error.message}"
        raise TmuxTimeout(problem, "tmux may still create it; see `viewsync list`") from None
    except TmuxError as error:
        reservation.withdraw(ctx, row)
        if isinstance(error, sessions.Duplicate):
            raise _taken(f"Tmux session '{request.name}' already exists on socket {socket}", "kill") from None
        raise TmuxError(f"Failed to create tmux session '{request.name}': {error.message}", error.hint) from None
    start = processes.start_time(made.pid)
    done = reservation.complete(ctx, row, made, start, warnings) if row else False
    if not _started(made, start) and _vanished(ctx.tmux, socket, made):
        reservation.withdraw(ctx, reservation.finished(row, made) if row and done else row)
        raise TmuxError(
            f"Failed to create tmux session '{request.name}': {new.argv[0]} ended at once",
            "run it by hand to see why",
        )
    named = {name for name, _ in new.environment}
    withheld = [name for name in variables.withheld(ctx.tmux.env) if name not in named]
    return Created(socket, made, processes.alive(made.pid, start), done, warnings, withheld)


def _checked(env: Mapping[str, str], request: CreateRequest) -> sessions.NewSession:
    if request.cwd and not os.path.isdir(request.cwd):
        raise UsageError(f"--cwd {request.cwd!r} is not a folder", "name an existing folder")
    new = checked(env, request)
    program = _program(env, request.name, new.argv[0])
    return new._replace(argv=[program, *new.argv[1:]], cwd=os.path.abspath(request.cwd) if request.cwd else "")


def checked(env: Mapping[str, str], request: CreateRequest) -> sessions.NewSession:
    """As far as that needs nothing of the host that it is for."""
    if problem := session_names.refusal(request.name):
        elsewhere = "; --host HOST -n NAME makes it on another host" if ":" in request.name else ""
        raise UsageError(f"cannot create a session {request.name!r}: {problem}", f"choose another name{elsewhere}")
    if not request.window or not request.window.isprintable():
        raise UsageError(f"not a window name: {request.window!r}", "use printable text")
    argv, environment = (list(request.command), []) if request.command else PROGRAMS[request.type]
    return sessions.NewSession(
        name=request.name,
        window=request.window,
        argv=argv,
        cwd=request.cwd,
        environment=[*environment, *(_variable(env, assignment) for assignment in request.environment)],
        size=_size(request.size),
        history_limit=_history_limit(request.history_limit),
    )


def _variable(env: Mapping[str, str], text: str) -> tuple[str, str]:
    """`-e NAME` takes the value that is there, so that a secret stands on no command line."""
    name, equals, value = text.partition("=")
    if not (name.isascii() and name.isidentifier()):
        raise UsageError(f"not a variable: {text!r}", "-e takes NAME=VALUE, or NAME")
    if not equals and name not in env:
        raise UsageError(f"-e {name}: it is not in the environment", "say -e NAME=VALUE")
    return name, value if equals else env[name]


def _history_limit(lines: int | None) -> int | None:
    if lines is not None and not 0 <= lines <= _LONGEST_HISTORY:
        raise UsageError(f"not a number of lines: {lines}", f"--history-limit takes 0 to {_LONGEST_HISTORY}")
    return lines


def _size(text: str) -> tuple[int, int]:
    if not text:
        return DEFAULT_SIZE
    match = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", text, re.ASCII)
    if not match or max(int(match[1]), int(match[2])) > _LARGEST:
        raise UsageError(f"not a size: {text!r}", f"--size takes WIDTHxHEIGHT, each from 1 to {_LARGEST}")
    return int(match[1]), int(match[2])


def _program(env: Mapping[str, str], session: str, name: str) -> str:
    """Where the program is for whoever asks: the PATH of a server that runs for weeks may be another one."""
    if found := process.which(name, env):
        return os.path.abspath(found)
    problem = f"Failed to create tmux session '{session}': there is no program {name!r}"
    raise TmuxError(problem, "install it, or give its path")


def _socket(ctx: Context, request: CreateRequest) -> str:
    if request.label or request.socket:
        return sockets.socket_of(ctx.env, request.label, request.socket)
    from viewsync.store import own_files

    folder, last = ctx.socket_folder, ctx.folder
    while True:
        try:
            socket = sockets.checked(os.path.join(folder, "claude.sock"))
            own_files.secure(folder)
            return socket
        except (StateError, UsageError):
            if folder == last:
                raise
            folder = last  # beside the state, as where nobody has a place for sockets


def _reserve(ctx: Context, request: CreateRequest, socket: str, warnings: list[str]) -> Registered:
    """Write the row, unless the name stands for a session that lives, or that is still being created."""
    new = reservation.row(request.name, socket, request.type, rows.stamp(ctx.clock()))
    for _ in range(_TRIES):
        judged = _stale_row(ctx, request.name, warnings)
        with ctx.registry.change() as data:
            if data["sessions"].get(request.name) == judged:
                data["sessions"][request.name] = new
                return registered(request.name, new)
    raise _taken(f"Session '{request.name}' already exists in registry", "remove")


def _stale_row(ctx: Context, name: str, warnings: list[str]) -> SessionRow | None:
    """The row of that name whose session is certainly gone, None when there is no row."""
    try:
        row = ctx.registry.read()["sessions"].get(name)
    except Corrupt as error:  # the write sets it aside
        warnings.append(f"{error.message}; it was saved beside the new one")
        return None
    if row is None or is_gone(ctx.tmux, registered(name, row)):
        return row
    taken = f"Session '{name}' already exists in registry"
    if processes.is_elsewhere(row.get("place", "")):
        raise SessionExists(taken, lost_sockets.elsewhere(name))
    raise _taken(taken, "remove")


def is_gone(tmux: Tmux, row: Registered) -> bool:
    """Whether its session has certainly ended."""
    if row.maker and processes.alive(row.maker, row.maker_start, row.maker_place):
        return False
    if row.quarantined or not os.path.isabs(row.socket):
        return False  # relative to a folder that nobody knows: when unsure, keep
    try:
        reading = pane_list.read(tmux, row.socket)
    except ServerGone:
        return not lost_sockets.doubt(row.server, place=row.place)
    except lost_sockets.LostSocket:
        return False
    if lost_sockets.doubt(row.server, reading.server, row.place):
        return False
    return reading.complete and not lookup.by_row(reading, row).session


def _taken(message: str, verb: str) -> SessionExists:
    return SessionExists(message, f"Use a different name or {verb} the existing session first")


def _started(made: StartedSession, start: float) -> bool:
    """Whether the program runs, once it is certain that it became one: until then its process is tmux, then sh, and
    has no words while it becomes the next, or ends.

    Where that cannot be seen, what counts is whether the process lives by now.
    """
    server = processes.command_line(int(made.server.partition(".")[0]))
    deadline = time.monotonic() + _LONGEST_START
    while server and processes.alive(made.pid, start) and time.monotonic() < deadline:
        words = processes.command_line(made.pid)
        if words and words != server and tuple(words[:3]) != sessions.STARTER:
            break
        time.sleep(0.001)
    return processes.alive(made.pid, start)


def _vanished(tmux: Tmux, socket: str, made: StartedSession) -> bool:
    """Whether tmux has taken away the session of a program that ended. It needs a moment to notice."""
    deadline = time.monotonic() + _LONGEST_START
    while time.monotonic() < deadline:
        try:
            mine = [pane for pane in pane_list.read(tmux, socket).panes if pane.id == made.pane_id]
        except ServerGone:
            return True
        if not mine or mine[0].dead or mine[0].pid != made.pid:
            return not mine
        time.sleep(0.01)
    return False
