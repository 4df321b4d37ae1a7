"""What comes around the making of a session: trust, the worktree, steps, and what its end will need.

Most commands have little of it, and `run` pays for importing only what its plan has.
"""

from __future__ import annotations

from viewsync.errors import UsageError, ViewsyncError
from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.steps import StepDone
    from viewsync.projects.worktrees import MadeWorktree
    from viewsync.tmux.rules.model import Server


def trusted(ctx: Context, plan: Plan, *, steps: bool = True) -> None:
    """NotTrusted unless the user has said yes to what the plan runs beside its panes. Without `steps`, which have run,
    to its options.
    """
    used = plan.used
    now = used.startup and used.at_run
    later = used.attach or used.detach or used.cleanup
    if (steps and (now or later or used.tmux_config)) or used.all_options:
        from viewsync.projects import trust

        if steps or trust.options(used):
            trust.require(ctx, plan)


def worktree(ctx: Context, plan: Plan) -> MadeWorktree | None:
    """The plan's worktree, made where there is none; None without one."""
    if plan.worktree is None:
        return None
    from viewsync.projects import worktrees
    from viewsync.system.git_worktrees import same_place

    made = worktrees.make(ctx, plan)
    if not same_place(made.path, plan.worktree.path):
        raise UsageError(
            f"{plan.file}: branch {plan.worktree.branch!r} has its worktree at {made.path}, not {plan.worktree.path}",
            "name that path in the file, or move it with `git worktree move`",
        )
    return made


def take_back(ctx: Context, plan: Plan, tree: MadeWorktree | None) -> None:
    """The worktree that was made for a session which then was not. One with something in it stays."""
    if tree:
        from viewsync.projects import worktrees

        with contextlib.suppress(ViewsyncError):
            worktrees.undo(ctx, plan, tree)


def before(ctx: Context, plan: Plan, name: str, socket: str) -> list[StepDone]:
    """StepFailed: the session must not be made."""
    if not (plan.start or plan.pre_create) or not plan.startup:
        return []
    from viewsync.projects import steps

    return steps.before(ctx, plan, steps.variables_of(plan, name, socket))


def again(ctx: Context, plan: Plan, name: str, socket: str, *, whole: bool) -> list[StepDone]:
    """Of a session that is there. StepFailed: it is left as it is. `whole`: it was made by then."""
    if not (plan.start or (plan.restart and whole)):
        return []
    from viewsync.projects import steps

    return steps.again(ctx, plan, steps.variables_of(plan, name, socket), whole=whole)


def after(ctx: Context, plan: Plan, name: str, socket: str) -> list[StepDone]:
    """StepFailed: the session is there, and stays."""
    if not plan.post_create or not plan.startup:
        return []
    from viewsync.projects import steps

    return steps.after(ctx, plan, steps.variables_of(plan, name, socket))


def told(done: list[StepDone]) -> list[str]:
    """The steps that failed, and let others follow."""
    if not done:
        return []
    from viewsync.projects import steps

    return [steps.told(step) for step in done if step.problem]


def remember(ctx: Context, plan: Plan, server: Server, session: str, name: str) -> list[str]:
    """Keep what the session's end will need; what went wrong."""
    if not (plan.cleanup or plan.attach or plan.detach):
        return []
    from viewsync.projects import ending

    try:
        ending.remember(ctx, plan, server, session, name)
    except ViewsyncError as error:
        kinds = {"attach": plan.attach, "detach": plan.detach, "cleanup": plan.cleanup}
        said = " and ".join(kind for kind, steps in kinds.items() if steps)
        return [f"its {said} steps will not run: {error.message}"]
    return []
