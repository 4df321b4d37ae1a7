"""One session for one identity: what there is of it, read in one call, and the row that says who is at work on it.

The row is written under the registry's lock, and names the process that makes the session or adds to it, where nobody
has changed the rows of that identity since they were read. So two at once make one session, and add nothing twice; and
of two that want different ones each has a name of its own.
"""

from __future__ import annotations

import time

from viewsync.errors import LockTimeout, TmuxError, UsageError
from viewsync.project_files.rules import names
from viewsync.projects import listing, plan_checks
from viewsync.registry import reservation
from viewsync.registry import rows as registry_rows
from viewsync.registry.rules.row import registered, without
from viewsync.system import processes
from viewsync.tmux import project_list, session_detail
from viewsync.tmux.rules import ids
from viewsync.tmux.rules.model import Server
from viewsync.tmux.rules.project_model import Sessions
from viewsync.tmux.server import ServerGone
from viewsync.tmux.session_detail import DetailRequest
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.listing import Answer, Known
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import RegistryData, SessionRow
    from viewsync.tmux.rules.project_model import LiveSession, SeenSession
    from viewsync.tmux.server import Tmux

    Renamed = Callable[[str], Plan]

_STEP = 0.02  # seconds between two looks at somebody else's work
_PATIENCE = 30.0  # seconds for that, beside what its steps may take


class Running(NamedTuple):
    """The session that runs, in detail. `plan`: in its name, which templates may have."""

    name: str
    server: Server
    live: LiveSession
    seen: SeenSession
    row: Registered | None
    command: str  # that it was made by, "" where nobody knows
    plan: Plan

    @property
    def whole(self) -> bool:
        """It has a row, and was not left half made."""
        return self.row is not None and not self.row.maker

    @property
    def half(self) -> bool:
        """It was left half made, or somebody who was adding to it was stopped."""
        return self.row is not None and bool(self.row.maker)


class Found(NamedTuple):
    """What there is of a plan's session."""

    rows: dict[str, Registered]  # of its identity on that server, by name
    taken: list[str]  # the names of the server's sessions
    running: Running | None
    holder: SessionRow | None = None  # of another identity or on another server, the row that has the plan's name


class Reserved(NamedTuple):
    name: str  # of the session
    row: Registered | None  # None where none can be written: another session's has that name


def find(ctx: Context, plan: Plan, socket: str, renamed: Renamed) -> Found:
    """Nothing is changed. TmuxError where it cannot be known what runs."""
    return _read(ctx.tmux, plan, socket, renamed, ctx.registry.read())


def wait(ctx: Context, plan: Plan, socket: str, renamed: Renamed) -> Found:
    """The same, when nobody is at work on it; LockTimeout where somebody is for too long."""
    deadline = time.monotonic() + _PATIENCE + sum(step.timeout for step in plan.at_run)
    while True:
        data = ctx.registry.read()
        makers = [(row.maker, row.maker_start, row.maker_place) for row in _mine(data, plan, socket).values()]
        maker = next((known[0] for known in makers if known[0] and processes.alive(*known)), 0)
        if not maker:
            return _read(ctx.tmux, plan, socket, renamed, data)
        if time.monotonic() > deadline:
            raise LockTimeout(f"process {maker} is still making this session", "wait for it, or end that process")
        time.sleep(_STEP)


def _read(tmux: Tmux, plan: Plan, socket: str, renamed: Renamed, data: RegistryData) -> Found:
    rows = _mine(data, plan, socket)
    answer, seen = _ask(tmux, plan, socket, rows)
    if isinstance(answer, TmuxError) and not isinstance(answer, ServerGone):
        raise answer
    if isinstance(answer, Sessions) and not answer.complete:
        raise TmuxError(f"{socket}: tmux's answer could not be read in full", "try again")
    taken = [session.name for session in answer.sessions] if isinstance(answer, Sessions) else []
    reading = listing.joined(data, {socket: answer})
    known = _running([known for known in reading.known if known.identity == plan.identity])
    if known is None or known.live is None or known.server is None:
        return Found(rows, taken, None, None if plan.name in rows else data["sessions"].get(plan.name))
    own = plan if known.name == plan.name else renamed(known.name)
    if seen is None or seen.id != known.live.id or _asked(own) != _asked(plan):
        seen = see(tmux, own, known.server, known.live.id)  # only its marks tell of it: now its id is known
    return Found(rows, taken, Running(known.name, known.server, known.live, seen, known.row, known.command, own))


def _ask(tmux: Tmux, plan: Plan, socket: str, rows: dict[str, Registered]) -> tuple[Answer, SeenSession | None]:
    """The server's sessions, and in the same call that one of which a row has the id."""
    try:
        for row in rows.values():
            pid, _, start = row.server.partition(".")
            if pid.isdecimal() and start.isdecimal() and ids.is_id("$", row.session_id):
                server = Server(socket, int(pid), int(start), "")
                return session_detail.among_all(tmux, server, row.session_id, _asked(plan))
        return project_list.read(tmux, socket), None
    except TmuxError as error:
        return error, None


def _running(mine: list[Known]) -> Known | None:
    if found := next((known for known in mine if known.live), None):
        return found
    if doubtful := next((known for known in mine if known.doubt), None):
        raise TmuxError(f"cannot tell whether session {doubtful.name!r} is running: {doubtful.doubt}")
    return None


def see(tmux: Tmux, plan: Plan, server: Server, session: str) -> SeenSession:
    """What the plan is compared with. MissingSession when it is gone."""
    return session_detail.see(tmux, server, session, _asked(plan))


def _asked(plan: Plan) -> DetailRequest:
    plan_checks.check_names(plan)
    return DetailRequest(
        tuple(name for name, _ in plan.environment),
        tuple(name for name, _ in plan.options),
        tuple(dict.fromkeys(name for window in plan.windows for name, _ in window.all_options)),
    )


def reserve(ctx: Context, plan: Plan, socket: str, found: Found) -> Reserved | None:
    """Say in the session's row that this process is at work on it; None where it is not as it was found any more."""
    running = found.running
    # Its server is asked before the lock is taken, and what it is judged by has to be unchanged then.
    freed = found.holder and plan.name not in found.taken and _is_gone(ctx, registered(plan.name, found.holder))
    with ctx.registry.change() as data:
        if _mine(data, plan, socket) != found.rows:
            return None
        rows = data["sessions"]
        if running and running.whole and running.row:
            rows[running.row.name].update(reservation.making())
            return Reserved(running.name, registered(running.row.name, rows[running.row.name]))
        gone = {name for name, row in found.rows.items() if not row.quarantined}
        if freed and rows.get(plan.name) == found.holder:
            gone.add(plan.name)
        others = [name for name in rows if name not in gone]
        name = running.name if running else _name(plan, [*found.taken, *others])
        if not running:
            refuse_other_name(plan, name)
        if name in others:
            return Reserved(name, None)
        old: SessionRow = rows.get(running.row.name, {}) if running and running.row else {}
        for row in gone:
            del rows[row]
        rows[name] = {**_row(ctx.clock, plan, name, socket), **without(old, reservation.MAKING)}
        return Reserved(name, registered(name, rows[name]))


def refuse_other_name(plan: Plan, name: str) -> None:
    """UsageError where the session would be called `name`, and is to be called otherwise or not made."""
    if plan.exact and name != plan.name:
        raise UsageError(
            f"another session is called {plan.name!r}", "give --as another name; `viewsync list` shows both"
        )


def _is_gone(ctx: Context, row: Registered) -> bool:
    from viewsync.sessions import creating  # only where a row is in the way

    return creating.is_gone(ctx.tmux, row)


def release(ctx: Context, row: Registered) -> None:
    """Of a session that was whole before. Who read it meanwhile learns that it is another one by now."""
    values: SessionRow = {"last_active": registry_rows.stamp(ctx.clock()), "revision": row.revision + 1}
    registry_rows.update(ctx.registry, row, values, drop=reservation.MAKING)


def _mine(data: RegistryData, plan: Plan, socket: str) -> dict[str, Registered]:
    """The rows of that identity on that server, by name."""
    rows = data["sessions"].items()
    return {name: registered(name, row) for name, row in rows if _is(row, plan, socket)}


def _is(row: SessionRow, plan: Plan, socket: str) -> bool:
    return (
        row.get("type") == listing.TYPE
        and row.get("socket") == socket
        and listing.identity(listing.about(row)) == plan.identity
    )


def _name(plan: Plan, taken: list[str]) -> str:
    name, _ = names.allocate(plan.name, plan.identity, dict.fromkeys(taken))
    return name


def _row(clock: Callable[[], float], plan: Plan, name: str, socket: str) -> SessionRow:
    row = reservation.row(name, socket, listing.TYPE, registry_rows.stamp(clock()))
    return {**row, "project": about(plan)}


def about(plan: Plan) -> dict[str, Any]:
    """What the row says of the project. A secret's value is in none of it."""
    return {
        **plan.identity._asdict(),
        "command": plan.command,
        "file": plan.file,
        "worktree_path": plan.worktree.path if plan.worktree else "",
        "arguments": {name: "" if name in plan.secrets else value for name, value in plan.arguments},
        "secrets": sorted(plan.secrets),
        "auto_cleanup": plan.auto_cleanup,
        "timeout": plan.timeout,
    }
