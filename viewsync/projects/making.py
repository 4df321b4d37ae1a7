"""Make a project's session, for which a row is reserved: whole, or taken back.

In order: trust, worktree and steps, the session with its windows and panes, its commands, the row, the steps after it.
"""

from __future__ import annotations

import time

from viewsync.errors import TmuxTimeout, ViewsyncError
from viewsync.events import CREATE, ERROR
from viewsync.history import recording
from viewsync.light import contextlib
from viewsync.projects import building, lifecycle, plan_checks, readiness
from viewsync.projects.rules import diff
from viewsync.registry import reservation
from viewsync.tmux import build
from viewsync.tmux.server import ServerGone
from viewsync.tmux.sessions import Duplicate
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.building import Added
    from viewsync.projects.steps import StepDone
    from viewsync.projects.worktrees import MadeWorktree as MadeTree
    from viewsync.registry.rules.row import Registered
    from viewsync.tmux.build import Begun
    from viewsync.tmux.rules.model import Server


class MadeSession(NamedTuple):
    server: Server
    session: str  # its id
    windows: Sequence[str]  # in words
    warnings: Sequence[str]
    steps: Sequence[StepDone]
    unmade: Sequence[str]  # those of the warnings that tell what of the file is not there


def make(ctx: Context, plan: Plan, row: Registered, socket: str) -> MadeSession | None:
    """None when somebody took the name since it was read. What fails stands in the history, too."""
    began = time.monotonic()
    try:
        return _make(ctx, plan, row, socket, began)
    except Duplicate:
        return None
    except ViewsyncError as error:
        _record(ctx, row, ERROR, error.kind, began)
        raise


def _make(ctx: Context, plan: Plan, row: Registered, socket: str, began: float) -> MadeSession:
    tree: MadeTree | None = None
    try:
        lifecycle.trusted(ctx, plan)
        tree = lifecycle.worktree(ctx, plan)
        steps = lifecycle.before(ctx, plan, row.name, socket)
        plan_checks.check(ctx.env, plan)
        begun = building.begin(ctx, plan, row.name, socket)
    except TmuxTimeout as error:  # it may have been made: the row stays, so that it can be found
        problem = f"Failed to create session '{row.name}': {error.message}"
        raise TmuxTimeout(problem, "it may be made yet: look with `viewsync status`") from None
    except BaseException:
        _take_back(ctx, plan, row, tree)
        raise
    added = _furnished(ctx, plan, begun, row, tree)
    server, session = begun.server, begun.session
    warnings = [*added.problems, *lifecycle.remember(ctx, plan, server, session, row.name)]
    typed = None
    with contextlib.suppress(ServerGone):  # with its last session
        typed = readiness.type_all(ctx, server, session, added.typing)
    if typed is None or not typed.shown:
        reservation.withdraw(ctx, row)
        gone = building.ended_at_once(ctx.env, added)
        raise type(gone)(f"Failed to create session '{row.name}': {gone.message}", gone.hint)
    later = build.run(ctx.tmux, server, added.after).problems
    warnings += [*typed.problems, *later]
    warnings += reservation.complete_with(ctx, row, server, session, added.first, typed.shown)
    _record(ctx, row._replace(server=server.identity), CREATE, plan.command, began)
    steps += lifecycle.after(ctx, plan, row.name, socket)
    warnings += lifecycle.told(steps)
    return MadeSession(server, session, added.windows, warnings, steps, [*added.problems, *typed.untyped, *later])


def _furnished(ctx: Context, plan: Plan, begun: Begun, row: Registered, tree: MadeTree | None) -> Added:
    """The session with all that the plan says, or none: nothing was typed into it yet."""
    try:
        return building.furnish(ctx, plan, begun, diff.unmade(plan))
    except TmuxTimeout as error:
        raise TmuxTimeout(
            error.message, f"session '{row.name}' is kept as it is: run it again to complete it"
        ) from None
    except BaseException as error:
        if building.undo(ctx.tmux, begun):
            _take_back(ctx, plan, row, tree)
            kept = ""
        else:
            kept = f"session '{row.name}' is kept as it is: a client is attached to it, or tmux does not answer"
        if not isinstance(error, ViewsyncError):
            raise
        if isinstance(error, ServerGone):
            error = building.ended_meanwhile("its tmux server")
        raise type(error)(f"Failed to create session '{row.name}': {error.message}", kept or error.hint) from None


def _take_back(ctx: Context, plan: Plan, row: Registered, tree: MadeTree | None) -> None:
    reservation.withdraw(ctx, row)
    lifecycle.take_back(ctx, plan, tree)


def _record(ctx: Context, row: Registered, kind: str, reason: str, began: float) -> None:
    seconds = round(time.monotonic() - began, 3)
    recording.record(ctx, [recording.event(ctx.clock, row, kind, "run", reason, seconds=seconds)])
