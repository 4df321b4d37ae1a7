"""One session for one identity: who comes first writes its row, and whoever wants the same waits for it.

The row is written under the registry's lock, and names the process that makes the session. So two at once make one
session, and of two that want different ones each has a name of its own.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from viewsync.errors import LockTimeout, TmuxError
from viewsync.project_files.rules import names
from viewsync.projects import listing
from viewsync.registry import reservation
from viewsync.registry import rows as registry_rows
from viewsync.registry.rules.row import registered
from viewsync.tmux.rules.project_model import Sessions
from viewsync.tmux.server import ServerGone

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.listing import Known, Reading
    from viewsync.registry.rules.row import Registered

_STEP = 0.02  # seconds between two looks at somebody else's work
_PATIENCE = 30.0  # seconds for that, beside what its steps may take


class Reserved(NamedTuple):
    """`known`: the session that runs already, None for one to be made. `row` is None where none can be written."""

    name: str
    row: Registered | None
    known: Known | None


def find(ctx: Context, plan: Plan, socket: str) -> Known | None:
    """The session of that identity which runs there; nothing is changed."""
    return _running(_mine(_read(ctx, socket), plan, socket))


def reserve(ctx: Context, plan: Plan, socket: str) -> Reserved:
    """TmuxError where it cannot be known what runs, LockTimeout where somebody makes it for too long."""
    steps = (*plan.pre_create, *plan.post_create)
    deadline = time.monotonic() + _PATIENCE + sum(each.timeout for each in steps)
    while True:
        reading = _read(ctx, socket)
        mine = _mine(reading, plan, socket)
        maker = next((each.row.maker for each in mine if each.status == listing.CREATING and each.row), 0)
        if not maker:
            known = _running(mine)
            if known and known.row and not known.row.maker:
                return Reserved(known.name, known.row, known)
            reserved = _take(ctx, plan, socket, reading, mine)
            if reserved:
                return reserved
        elif time.monotonic() > deadline:
            raise LockTimeout(f"process {maker} is still making this session", "wait for it, or end that process")
        time.sleep(_STEP)


def claim(ctx: Context, row: Registered) -> Registered | None:
    """Say in the row of a session that runs that this process is at work on it; None when somebody else is."""
    new = reservation.row(row.name, row.socket, row.type, "")
    values = {key: new[key] for key in reservation.MAKING}
    if not registry_rows.update(ctx, row, values):
        return None
    return row._replace(maker=values["maker"], maker_start=values["maker_start"])


def release(ctx: Context, row: Registered) -> None:
    registry_rows.update(ctx, row, {"last_active": registry_rows.stamp(ctx.clock())}, drop=reservation.MAKING)


def _read(ctx: Context, socket: str) -> Reading:
    reading = listing.read(ctx, [socket], alone=True)
    answer = reading.answers[socket]
    if isinstance(answer, TmuxError) and not isinstance(answer, ServerGone):
        raise answer
    if isinstance(answer, Sessions) and not answer.complete:
        raise TmuxError(f"{socket}: tmux's answer was not understood in full", "nothing was changed")
    return reading


def _mine(reading: Reading, plan: Plan, socket: str) -> list[Known]:
    return [each for each in reading.known if each.identity == plan.identity and each.socket == socket]


def _running(mine: list[Known]) -> Known | None:
    if found := next((each for each in mine if each.live), None):
        return found
    if doubtful := next((each for each in mine if each.doubt), None):
        raise TmuxError(f"nobody knows whether session {doubtful.name!r} runs: {doubtful.doubt}")
    return None


def _take(ctx: Context, plan: Plan, socket: str, reading: Reading, mine: list[Known]) -> Reserved | None:
    """Write the row; None when somebody wrote one of this identity since it was read."""
    known = _running(mine)
    answer = reading.answers[socket]
    on_server = [each.name for each in answer.sessions] if isinstance(answer, Sessions) else []
    gone = {each.row.name for each in mine if each.row and not each.row.quarantined}
    with ctx.registry.change() as data:
        rows = data["sessions"]
        now = {name: registered(name, row) for name, row in rows.items() if _is(row, plan, socket)}
        if now != {each.row.name: each.row for each in mine if each.row}:
            return None
        others = [name for name in rows if name not in gone]
        name = known.name if known else _name(plan, [*on_server, *others])
        if name in others:
            return Reserved(name, None, known)
        old = rows.get(known.row.name, {}) if known and known.row else {}
        for each in gone:
            del rows[each]
        rows[name] = {
            **_row(ctx, plan, name, socket),
            **{key: old[key] for key in old if key not in reservation.MAKING},
        }
        return Reserved(name, registered(name, rows[name]), known)


def _is(row: dict[str, Any], plan: Plan, socket: str) -> bool:
    return (
        row.get("type") == listing.TYPE
        and row.get("socket") == socket
        and listing.identity(listing.about(row)) == plan.identity
    )


def _name(plan: Plan, taken: list[str]) -> str:
    name, _ = names.allocate(plan.identity.base, plan.identity, dict.fromkeys(taken))
    return name


def _row(ctx: Context, plan: Plan, name: str, socket: str) -> dict[str, Any]:
    row = reservation.row(name, socket, listing.TYPE, registry_rows.stamp(ctx.clock()))
    return {**row, "project": about(plan)}


def about(plan: Plan) -> dict[str, Any]:
    """What the row says of the project. A secret's value is in none of it."""
    return {
        **plan.identity._asdict(),
        "command": plan.command,
        "file": plan.file,
        "worktree_path": plan.worktree.path if plan.worktree else "",
        "arguments": {name: "" if name in plan.secrets else value for name, value in plan.arguments},
        "auto_cleanup": plan.auto_cleanup,
        "timeout": plan.timeout,
    }
