"""Run a project's command: its session is made, or what is missing of it; what differs is told, or changed on request.

In order: the row, what comes before (steps, worktree), the session, its commands, the row once more, what comes after.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import TmuxError, TmuxTimeout, ViewsyncError
from viewsync.events import CREATE, ERROR
from viewsync.history import recording
from viewsync.projects import building, lifecycle, readiness, reserving
from viewsync.projects.rules import diff
from viewsync.projects.rules.diff import DIFFERENT, MISSING, Difference
from viewsync.registry import reservation, rows
from viewsync.system import processes
from viewsync.tmux import build, session_detail
from viewsync.tmux.session_detail import Asked
from viewsync.tmux.sessions import Duplicate
from viewsync.tmux.sessions import Made as MadeSession

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.building import Added
    from viewsync.projects.listing import Known
    from viewsync.projects.reserving import Reserved
    from viewsync.projects.steps import StepDone
    from viewsync.projects.worktrees import Made
    from viewsync.registry.rules.row import Registered
    from viewsync.tmux.build import Begun, Line
    from viewsync.tmux.pane_states import Shown
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import Seen

    Renamed = Callable[[str], Plan]

CREATED = "created"
COMPLETED = "completed"  # something was missing, and was added
REUSED = "reused"
ABSENT = "absent"  # of a comparison: there is no such session
_TRIES = 5  # somebody else may take the name, or the session, just before us


class Ran(NamedTuple):
    action: str
    name: str
    socket: str
    session: str  # its id, "" for ABSENT
    server: Server | None = None
    windows: Sequence[str] = ()  # that were added, in words
    panes: Sequence[str] = ()  # that were added to windows which were there
    changed: Sequence[Difference] = ()
    differences: Sequence[Difference] = ()  # that are left
    warnings: Sequence[str] = ()
    steps: Sequence[StepDone] = ()


def compare(ctx: Context, plan: Plan, socket: str) -> Ran:
    """Nothing is changed."""
    known = reserving.find(ctx, plan, socket)
    if known is None or known.live is None or known.server is None:
        return Ran(ABSENT, plan.identity.base, socket, "")
    found = diff.compare(plan, _see(ctx, plan, known.server, known.live.id))
    return Ran(REUSED, known.name, socket, known.live.id, known.server, differences=found)


def run(ctx: Context, plan: Plan, socket: str, *, apply: bool = False, renamed: Renamed | None = None) -> Ran:
    """`apply`: change what can be changed without ending anything. `renamed`: the plan for a session of another name
    than the plan's own, which templates may have.
    """
    for _ in range(_TRIES):
        reserved = reserving.reserve(ctx, plan, socket)
        if renamed and reserved.name != plan.identity.base:
            plan = renamed(reserved.name)
        if reserved.known:
            ran = _again(ctx, plan, reserved, reserved.known, apply=apply)
            if ran:
                return ran
            continue  # somebody else began to work on it since it was read
        assert reserved.row is not None  # only a session that is there may do without
        began = time.monotonic()
        try:
            return _make(ctx, plan, reserved.row, socket, began)
        except Duplicate:
            continue  # somebody took the name since it was read
        except ViewsyncError as error:
            _record(ctx, reserved.row, ERROR, error.kind, began)
            raise
    raise TmuxError(f"Failed to make session {plan.identity.base!r}: others are always faster", "try again")


def _make(ctx: Context, plan: Plan, row: Registered, socket: str, began: float) -> Ran:
    tree: Made | None = None
    try:
        lifecycle.trusted(ctx, plan)
        tree = lifecycle.worktree(ctx, plan)
        done = lifecycle.before(ctx, plan, row.name, socket)
        building.check(ctx, plan)
        begun = building.begin(ctx, plan, row.name, socket)
    except TmuxTimeout as error:  # it may have been made: the row stays, so that it can be found
        problem = f"Failed to create session '{row.name}': {error.message}"
        raise TmuxTimeout(problem, "it may be made yet: look with `viewsync status`") from None
    except BaseException:
        reservation.withdraw(ctx, row)
        lifecycle.take_back(ctx, plan, tree)
        raise
    added = _furnished(ctx, plan, begun, row, tree)
    server, session = begun.server, begun.session
    warnings = [*added.problems, *lifecycle.remember(ctx, plan, server, session, row.name)]
    typed = readiness.type_all(ctx, server, session, added.typing)
    warnings += typed.problems
    _finish(ctx, row, server, session, added.first, typed.shown, warnings)
    _record(ctx, row._replace(server=server.identity), CREATE, plan.command, began)
    done += lifecycle.after(ctx, plan, row.name, socket)
    warnings += lifecycle.told(done)
    return Ran(CREATED, row.name, socket, session, server, windows=added.windows, warnings=warnings, steps=done)


def _furnished(ctx: Context, plan: Plan, begun: Begun, row: Registered, tree: Made | None) -> Added:
    """The session with all that the plan says, or none: nothing was typed into it yet."""
    try:
        return building.furnish(ctx, plan, begun, building.everything(plan))
    except TmuxTimeout as error:
        raise TmuxTimeout(
            error.message, f"session '{row.name}' is kept as it is: run it again to complete it"
        ) from None
    except BaseException as error:
        if building.undo(ctx, begun):
            reservation.withdraw(ctx, row)
            lifecycle.take_back(ctx, plan, tree)
            kept = ""
        else:
            kept = f"session '{row.name}' is kept as it is: somebody is on it, or tmux does not answer"
        if not isinstance(error, ViewsyncError):
            raise
        raise type(error)(f"Failed to create session '{row.name}': {error.message}", kept or error.hint) from None


def _finish(
    ctx: Context,
    row: Registered,
    server: Server,
    session: str,
    pane: str,
    shown: Mapping[str, Shown],
    warnings: list[str],
) -> None:
    """The row as that of a session which is made. It is registered with that pane, or with its first."""
    pane = pane if pane in shown else next(iter(shown), "")
    if not pane:
        warnings.append(f"session '{row.name}' ended at once: its programs did")
        return
    made = MadeSession(session, pane, f"{row.name}:{shown[pane].place}", shown[pane].pid, server.identity)
    reservation.complete(ctx, row, made, processes.start_time(made.pid), warnings)


def _record(ctx: Context, row: Registered, kind: str, reason: str, began: float) -> None:
    seconds = round(time.monotonic() - began, 3)
    recording.record(ctx, [recording.event(ctx, row, kind, "run", reason, seconds=seconds)])


def _see(ctx: Context, plan: Plan, server: Server, session: str) -> Seen:
    asked = Asked(
        [name for name, _ in plan.environment],
        [name for name, _ in plan.options],
        [name for each in plan.windows for name, _ in each.options],
    )
    return session_detail.see(ctx.tmux, server, session, asked)


def _again(ctx: Context, plan: Plan, reserved: Reserved, known: Known, *, apply: bool) -> Ran | None:
    """`reserved.row` says whether it is ours to complete: of a session that was left half made, or without a row."""
    assert known.live is not None
    assert known.server is not None
    server, live, row = known.server, known.live, reserved.row
    building.check(ctx, plan, server)
    seen = _see(ctx, plan, server, live.id)
    found = diff.compare(plan, seen)
    unfinished = row is not None and bool(row.maker)
    ran = Ran(REUSED, reserved.name, known.socket, live.id, server, warnings=_other(plan, known))
    wanted = [each for each in found if each.kind == MISSING or (apply and each.kind == DIFFERENT and each.can)]
    if not wanted and not unfinished:
        _touch(ctx, row)
        return ran._replace(differences=found)
    if row is not None and not unfinished:
        row = reserving.claim(ctx, row)
        if row is None:
            return None
        seen = _see(ctx, plan, server, live.id)  # whoever had it before us may have added what was missing
    try:
        return _completed(ctx, plan, ran, seen, row, known, apply=apply)
    finally:
        if row is not None and row.session_id:
            reserving.release(ctx, row)


def _completed(
    ctx: Context, plan: Plan, ran: Ran, seen: Seen, row: Registered | None, known: Known, *, apply: bool
) -> Ran:
    """`row`: ours by now. `known.row`: as it was, which tells whether the session was left half made."""
    assert ran.server is not None
    half = known.row is not None and bool(known.row.maker)
    if half:
        lifecycle.trusted(ctx, plan)
    before = diff.compare(plan, seen)
    pairs = diff.pairs(plan, seen)
    placeholder = next((each for each in seen.windows if each.placeholder), None)
    if placeholder and placeholder.panes:
        begun = build.Begun(ran.server, ran.session, placeholder.id, placeholder.panes[0].id)
        added = building.furnish(ctx, plan, begun, pairs)
    else:
        added = building.add(ctx, building.Target(ran.server, ran.session, path=building.path(plan.environment)), pairs)
    warnings = [*ran.warnings, *added.problems]
    if apply:
        lines = _changes(plan, ran.server, seen, pairs, building.options(ctx, plan, ran.server))
        warnings += build.run(ctx.tmux, ran.server, lines).problems
    left = _untyped(pairs) if half else []
    if left and not _untouched(known):
        warnings += [f"{each.what}: its commands were never typed, and somebody may be at work in it" for each in left]
        left = []
    typed = readiness.type_all(ctx, ran.server, ran.session, [*left, *added.typing])
    warnings += typed.problems
    if row is not None and not row.session_id:
        first = next((each.id for pair in pairs for each in pair.places if each), added.first)
        if half:
            warnings += lifecycle.remember(ctx, plan, ran.server, ran.session, ran.name)
        _finish(ctx, row, ran.server, ran.session, first, typed.shown, warnings)
        if half:
            warnings += lifecycle.told(lifecycle.after(ctx, plan, ran.name, ran.socket))
    after = diff.compare(plan, _see(ctx, plan, ran.server, ran.session))
    changed = [each for each in before if each.kind == DIFFERENT and each not in after]
    return ran._replace(
        action=COMPLETED if added.windows or added.panes else REUSED,
        windows=added.windows,
        panes=added.panes,
        changed=changed,
        differences=after,
        warnings=warnings,
    )


def _other(plan: Plan, known: Known) -> list[str]:
    """Commands of one project, worktree and task share a session, which may not be what was meant."""
    if not known.command or known.command == plan.command:
        return []
    return [f"{known.name} is the session of the command {known.command!r}, too: with a `task` each has its own"]


def _untouched(known: Known) -> bool:
    """Nobody was ever on it, so nobody can have typed into it."""
    live = known.live
    return live is not None and not (live.last_attached or live.in_use or live.group)


def _untyped(pairs: Sequence[diff.Pair]) -> list[readiness.Typing]:
    """Panes that were made by a run which ended before it typed. Marks are set before, so one without has nothing."""
    places = [building.Place(pair, at) for pair in pairs for at in range(len(pair.places))]
    found = [(each, each.pair.places[each.place]) for each in places if each.pane.commands]
    return [
        readiness.Typing(there.id, each.what, each.pane.commands)
        for each, there in found
        if there and (there.untyped or not there.key)
    ]


def _changes(
    plan: Plan, server: Server, seen: Seen, pairs: Sequence[diff.Pair], options: building.Options
) -> list[Line]:
    """What brings the session to its plan, and ends nothing."""
    lines = [
        build.variable(seen.id, name, value) for name, value in plan.environment if seen.environment.get(name) != value
    ]
    lines += [build.option(seen.id, name, value) for name, value in options.of_session]
    for pair in pairs:
        if pair.seen is None:
            continue
        what, window = diff.title(pair.window, pair.number), pair.seen.id
        if pair.window.name and not diff.same_name(pair.window.name, pair.seen.name):
            lines.append(build.rename(window, pair.window.name, f"name of {what}"))
        for name, value in (*options.of_windows, *pair.window.options):
            lines.append(build.window_option(window, name, value, f"{what}: option {name}"))
        if (layout := diff.layout(pair)) and layout.can:
            lines += building.laid_out(server, window, pair)
    return lines


def _touch(ctx: Context, row: Registered | None) -> None:
    if row is not None:
        rows.update(ctx, row, {"last_active": rows.stamp(ctx.clock())})
