"""Run a project's command: read once what there is of its session, compare, act, and read once more.

A session that is not there is made. In one that is, what is missing is added, and what differs is told, or changed on
request; nothing is ever ended.
"""

from __future__ import annotations

from viewsync.errors import MissingSession, TmuxError, UsageError
from viewsync.projects import plan_checks, reserving
from viewsync.projects.rules import diff
from viewsync.projects.rules.diff import DIFFERENT, MISSING, Difference
from viewsync.registry import rows
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.reserving import Found, Renamed, Running
    from viewsync.projects.steps import StepDone
    from viewsync.tmux.rules.model import Server

CREATED = "created"
COMPLETED = "completed"  # something was missing, and was added
REUSED = "reused"
APPENDED = "appended"  # to a session that is not its own
ABSENT = "absent"  # of a comparison: there is no such session
_TRIES = 20  # somebody else may take the name, or the session, just before us


class RunResult(NamedTuple):
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
    unmade: Sequence[str] = ()  # those of the warnings that tell what of the file could not be made or typed


def compare(ctx: Context, plan: Plan, socket: str, renamed: Renamed) -> RunResult:
    """Nothing is changed. `renamed`: see `run`."""
    found = reserving.find(ctx, plan, socket, renamed)
    there = found.running
    if there is None:
        reserving.refuse_other_name(plan, "" if plan.name in found.taken else plan.name)
        return RunResult(ABSENT, plan.name, socket, "")
    differences = diff.compare(there.plan, there.seen)
    return RunResult(REUSED, there.name, socket, there.live.id, there.server, differences=differences)


def run(ctx: Context, plan: Plan, socket: str, renamed: Renamed, *, apply: bool = False) -> RunResult:
    """`apply`: change what can be changed without ending anything. `renamed`: the plan for a session of another name
    than the plan's own, which templates may have.
    """
    begun: list[StepDone] | None = None  # the steps of a run that finds the session: whatever comes between, once
    for _ in range(_TRIES):
        try:
            found = reserving.wait(ctx, plan, socket, renamed)
        except MissingSession:  # it ended while it was read, and nothing was done yet
            continue
        if found.running:
            begun = _started(ctx, found.running) if begun is None else begun
            ran = _again(ctx, found.running, found, begun, apply=apply)
        else:
            ran = _made(ctx, plan, socket, found, renamed)
        if ran:
            return ran
    raise TmuxError(f"Failed to make session {plan.name!r}: another process made it first each time", "try again")


def _made(ctx: Context, plan: Plan, socket: str, found: Found, renamed: Renamed) -> RunResult | None:
    """A new session; None where somebody was faster."""
    refuse_none(plan)
    reserved = reserving.reserve(ctx, plan, socket, found)
    if reserved is None or reserved.row is None:  # without a row only what runs already can be worked on
        return None
    from viewsync.projects import making  # of no use where the session is there, which it mostly is

    own = plan if reserved.name == plan.name else renamed(reserved.name)
    made = making.make(ctx, own, reserved.row, socket)
    if made is None:
        return None
    ran = RunResult(CREATED, reserved.name, socket, made.session, made.server)
    return ran._replace(windows=made.windows, warnings=made.warnings, steps=made.steps, unmade=made.unmade)


def refuse_none(plan: Plan) -> None:
    """UsageError where no window is to be made."""
    if all(window.skipped for window in plan.windows):
        names = ", ".join(window.name or str(place) for place, window in enumerate(plan.windows, 1))
        raise UsageError(f"{plan.file}: each window is manual", f"name one or more of them with -w: {names}")


def _again(ctx: Context, there: Running, found: Found, steps: Sequence[StepDone], *, apply: bool) -> RunResult | None:
    """What is missing of a session that runs; None where somebody began to work on it since it was read."""
    plan, server, session, socket = there.plan, there.server, there.live.id, there.server.socket
    before = diff.compare(plan, there.seen)
    changing = (DIFFERENT,) if apply else ()
    todo = any(difference.kind == MISSING or (difference.kind in changing and difference.can) for difference in before)
    warnings = [*_other(there), *(_failed(steps) if steps else ())]
    ran = RunResult(REUSED, there.name, socket, session, server, differences=before, warnings=warnings, steps=steps)
    if there.row and there.whole and not todo:
        rows.update(ctx.registry, there.row, {"last_active": rows.stamp(ctx.clock())})
        return ran

    reserved = reserving.reserve(ctx, plan, socket, found)
    if reserved is None:
        return None
    if reserved.row is None and not todo:
        return ran
    from viewsync.projects import completing

    try:
        done = completing.complete(ctx, there, reserved.row, apply=apply)
        after = diff.compare(plan, reserving.see(ctx.tmux, plan, server, session))
    except (MissingSession, ServerGone):
        from viewsync.projects import building

        raise building.ended_meanwhile(f"session '{there.name}'") from None
    finally:
        if reserved.row and reserved.row.session_id:
            reserving.release(ctx, reserved.row)

    return ran._replace(
        action=COMPLETED if done.windows or done.panes else REUSED,
        windows=done.windows,
        panes=done.panes,
        changed=[difference for difference in before if difference.kind == DIFFERENT and difference not in after],
        differences=after,
        warnings=[*ran.warnings, *done.warnings],
        unmade=done.unmade,
    )


def _started(ctx: Context, there: Running) -> list[StepDone]:
    """The steps of a run that finds the session, where it can be as the plan says."""
    plan = there.plan
    plan_checks.check(ctx.env, plan, there.server)
    if not plan.startup or not (plan.start or plan.restart):
        return []
    from viewsync.projects import lifecycle

    return lifecycle.again(ctx, plan, there.name, there.server.socket, whole=not there.half)


def _failed(steps: Sequence[StepDone]) -> list[str]:
    from viewsync.projects import lifecycle

    return lifecycle.told([*steps])


def _other(there: Running) -> list[str]:
    """Commands of one project, worktree and task share a session, which may not be what was meant."""
    if not there.command or there.command == there.plan.command:
        return []
    return [f"{there.name} is the session of the command {there.command!r}, too: with a `task` each has its own"]
