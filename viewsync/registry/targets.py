"""Which session is meant: -S or -L with -t, else -s NAME, else the only one in the registry; and where its pane is."""

from __future__ import annotations

import os

from viewsync.errors import Ambiguous, MissingSession, NotRegistered, TmuxError, UsageError
from viewsync.registry.rules import lookup
from viewsync.registry.rules.row import registered
from viewsync.system import processes
from viewsync.tmux import pane_list, pid_namespaces, sockets
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from viewsync.context import Context, Fence
    from viewsync.registry.rules.lookup import SessionMatch
    from viewsync.registry.rules.row import Registered
    from viewsync.store.registry_file import RegistryFile
    from viewsync.tmux.rules.model import Pane, Panes, Server

_PLAIN = {ord(char): None for char in "-_."}  # what a name may have, too, without meaning something to tmux
_SEE = "Use 'viewsync list' to see available sessions"


class TargetArgs(NamedTuple):
    """The words of -L, -S, -t and -s, "" where there were none. `far`: the target's server, where that is another
    host's; nothing of that host is registered here.
    """

    label: str = ""
    socket: str = ""
    target: str = ""
    session: str = ""
    far: str = ""


class ResolvedTarget(NamedTuple):
    """`row` is None for an explicit target; otherwise `target` is its own, or a pane in it that -t names."""

    socket: str
    target: str
    row: Registered | None


class PaneAddress(NamedTuple):
    """Where a pane is: the server as it was read, and the pane's id. `fence`: of who holds its lease, where hosts share
    leases (registry/leases.py).
    """

    socket: str
    server: Server
    pane_id: str
    fence: Fence | None = None


class LocatedPane(NamedTuple):
    place: PaneAddress
    pane: Pane
    target: str  # as it was asked for
    row: Registered | None  # None for an explicit target
    said: str = ""  # what the commands printed that were asked along; it need not be of this pane


def resolve(ctx: Context, asked: TargetArgs) -> ResolvedTarget:
    """Touches neither tmux nor, for an explicit target, the registry. MissingSession, Ambiguous or UsageError."""
    if asked.far:
        return ResolvedTarget(asked.far, asked.target, None)
    named = bool(asked.label or asked.socket)
    if asked.target and (named or not asked.session):
        return ResolvedTarget(sockets.socket_of(ctx.env, asked.label, asked.socket), asked.target, None)
    if not asked.session and named:
        raise UsageError("target is required", "name it with -t, as session:window.pane")
    wanted = of_row(_named(ctx.registry, asked.session) if asked.session else _only(ctx.registry))
    row = wanted.row
    if named and row and sockets.socket_of(ctx.env, asked.label, asked.socket) != os.path.abspath(row.socket):
        raise UsageError(f"session '{row.name}' is on another server, {row.socket}", "give -t with it, or leave it out")
    return wanted._replace(target=asked.target) if asked.target else wanted


def of_row(row: Registered) -> ResolvedTarget:
    """What that session's row means."""
    if not os.path.isabs(row.socket):
        raise UsageError(
            f"Invalid session data in registry for '{row.name}': its socket is {row.socket!r}",
            "name the server with -S and the pane with -t",
        )
    return ResolvedTarget(row.socket, row.target, row)


def _named(registry: RegistryFile, name: str) -> Registered:
    rows = registry.read()["sessions"]
    if name in rows:
        return registered(name, rows[name])
    raise not_found(name, sorted(rows))


def not_found(name: str, known: Iterable[str], see: str = _SEE) -> NotRegistered:
    from viewsync.text.nearest import did_you_mean

    near = did_you_mean(name, known, most=3)
    return NotRegistered(f"Session '{name}' not found in registry", f"{near} {see}" if near else see)


def _only(registry: RegistryFile) -> Registered:
    rows = registry.read()["sessions"]
    if not rows:
        raise NotRegistered(
            "No sessions found in registry",
            "Create a session with 'viewsync create' or specify -t and -S explicitly",
        )
    if len(rows) > 1:
        raise Ambiguous(
            f"Multiple sessions found ({len(rows)} total)",
            f"Please specify session name with -s or use -t/-S explicitly. {_SEE}",
        )
    return next(registered(name, row) for name, row in rows.items())


def find(reading: Panes, wanted: ResolvedTarget) -> SessionMatch:
    """The pane that is meant, in a reading of its server."""
    if wanted.row is None:
        return lookup.by_target(reading, wanted.target)
    session = lookup.by_row(reading, wanted.row)
    if wanted.target == wanted.row.target or not session.session:
        return session
    found = lookup.by_target(reading, wanted.target)
    if found.session != session.session or (session.moved and found.pane != session.pane):
        raise UsageError(f"{wanted.target!r} is not in session '{wanted.row.name}'", "give -S or -L with -t")
    return found


def locate(
    ctx: Context, asked: TargetArgs, also: Callable[[str], Sequence[Sequence[str]]] | None = None
) -> LocatedPane:
    """In one tmux call. MissingSession when there is no such session or pane, ServerGone when there is no server.

    `also`: the commands that read something of a pane, for the target by which tmux knows it. Which pane tmux takes
    that for has to be in what they print.
    """
    wanted = resolve(ctx, asked)
    target = _for_tmux(wanted) if also else ""
    said = ""
    try:
        if also and target:
            reading, said = pane_list.read_with(ctx.tmux, wanted.socket, also(target))
        else:
            reading = pane_list.read(ctx.tmux, wanted.socket)
    except ServerGone:
        must_be_gone(wanted.row)
        raise
    found = find(reading, wanted)
    if found.pane is None:
        what = "Pane" if found.session else "Session"
        see = f"`viewsync list --host {ctx.tmux.host}`" if ctx.tmux.far else "`viewsync list`"
        raise MissingSession(f"{what} does not exist (target: {wanted.target})", f"{see} shows what is there")
    place = PaneAddress(wanted.socket, reading.server, found.pane.id)
    return LocatedPane(place, found.pane, wanted.target, wanted.row, said)


def _for_tmux(wanted: ResolvedTarget) -> str:
    """What tmux takes for the same pane as a rule; "" where that may be something else to it than a target."""
    row = wanted.row
    target = row.pane_id if row and row.pane_id and wanted.target == row.target else wanted.target
    if target.startswith("%"):
        return target if target[1:].isdecimal() else ""
    session, _, rest = target.removeprefix("=").partition(":")
    plain = all(part.translate(_PLAIN).isalnum() for part in (session, rest or "0"))
    return f"={session}:{rest}" if plain and target.isascii() else ""


def must_be_gone(row: Registered | None) -> None:
    """TmuxError where nobody listens on that row's socket, and its session may run all the same."""
    from viewsync.tmux import lost_sockets  # only where it is not there

    if row and (doubt := lost_sockets.doubt(row.server, place=row.place)):
        raise TmuxError(f"cannot reach session {row.name!r}: {doubt}")


def running(pane: Pane | None, row: Registered | None, server: Server) -> bool | None:
    """Whether the pane's program runs: by pid, and by start time where the registry knows it for that pid. None where
    it is not known, since the server's processes are elsewhere.
    """
    if pane is None or pane.dead:
        return False
    if not pid_namespaces.is_here(server):
        return None
    known = row.pid_start if row and row.pid == pane.pid else 0.0
    return processes.alive(pane.pid, known)
