"""Run the steps of a project, one after the other: bounded, their output kept, each run in the history."""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.events import STEP, STEP_FAILED, Event
from viewsync.history import recording
from viewsync.project_files.rules.plan import ABORT
from viewsync.projects import trust
from viewsync.store import step_logs
from viewsync.system import bounded_process
from viewsync.tmux import server
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan, Step

START = "start"
PRE_CREATE = "pre-create"
POST_CREATE = "post-create"
RESTART = "restart"
ATTACH = "attach"
DETACH = "detach"
CLEANUP = "cleanup"
_LINES = 5  # of its output that are told


class StepDone(NamedTuple):
    """`code`: as the shell gives it. `tail`: its last lines, printable. `log`: the file with all that it printed."""

    name: str
    stage: str
    code: int
    seconds: float
    problem: str  # "" for one that did its work
    tail: tuple[str, ...]
    log: str
    source: str
    aborts: bool  # it failed, and nothing may follow


class StepFailed(ViewsyncError):
    """A step failed, and nothing may follow it."""

    kind = "step-failed"


def variables_of(plan: Plan, session: str, socket: str) -> dict[str, str]:
    """What steps find in their environment, beyond the user's and their own."""
    return {
        **dict(plan.environment),
        "VIEWSYNC_PROJECT": plan.identity.project,
        "VIEWSYNC_PROJECT_PATH": plan.identity.root,
        "VIEWSYNC_COMMAND": plan.command,
        "VIEWSYNC_TASK": plan.identity.task,
        "VIEWSYNC_BRANCH": plan.branch,
        "VIEWSYNC_WORKTREE_PATH": plan.tree,
        "VIEWSYNC_SESSION": session,
        "VIEWSYNC_SOCKET": socket,
    }


def run_all(
    ctx: Context, plan: Plan, steps: Sequence[Step], stage: str, variables: Mapping[str, str], kept: str
) -> list[StepDone]:
    """What came of each, up to the first one that failed and lets nothing follow. NotTrusted before one whose files
    are not those that were trusted: a step before it may have changed them. `kept`: what became of the session.
    """
    done: list[StepDone] = []
    for step in steps:
        trust.require(ctx, plan, f"the {stage} step '{step.name}' was not run; {kept}")
        done.append(run(ctx, step, stage, variables, plan.secrets))
        if done[-1].aborts:
            break
    if done:
        step_logs.prune(ctx.folder)
    return done


def run(ctx: Context, step: Step, stage: str, variables: Mapping[str, str], secrets: Collection[str] = ()) -> StepDone:
    """`secrets`: names of variables whose values are blotted out wherever the output is kept or shown."""
    own = {**variables, **dict(step.environment)}
    hidden = {os.fsencode(value) for name, value in own.items() if name in secrets and value}
    handle, log = step_logs.new(ctx.folder, f"{stage}-{step.name}", ctx.clock())
    try:
        env = {**server.clean(ctx.env), **own}
        with ctx.progress(f"the {stage} step '{step.name}' runs"):
            ran = bounded_process.run(step.command, cwd=step.cwd, env=env, timeout=step.timeout, output=handle)
        tail = [step_logs.blotted(line, hidden) for line in step_logs.tail(handle, _LINES)]
    finally:
        if hidden:
            step_logs.redact(handle, hidden)
        os.close(handle)
    problem = ran.problem or (f"exit code {ran.code}" if ran.code else "")
    shown = tuple(_printable(line) for line in tail)
    aborts = bool(problem) and step.on_failure == ABORT
    done = StepDone(step.name, stage, ran.code, ran.seconds, problem, shown, log, step.source, aborts)
    _record(ctx, done, variables)
    return done


def before(ctx: Context, plan: Plan, variables: Mapping[str, str]) -> list[StepDone]:
    """The steps that come before the session, in its worktree. StepFailed: it must not be made; NotTrusted, too."""
    kept = "no session was made"
    return _in_turn(ctx, plan, ((START, plan.start), (PRE_CREATE, plan.pre_create)), variables, kept)


def again(ctx: Context, plan: Plan, variables: Mapping[str, str], *, whole: bool) -> list[StepDone]:
    """The steps of a run that finds the session. StepFailed: nothing of it was changed; NotTrusted, too."""
    kept = f"session '{variables.get('VIEWSYNC_SESSION', '')}' is there, and was left as it is"
    wanted = ((START, plan.start), (RESTART, plan.restart if whole else ()))
    return _in_turn(ctx, plan, wanted, variables, kept)


def _in_turn(
    ctx: Context, plan: Plan, wanted: Sequence[tuple[str, Sequence[Step]]], variables: Mapping[str, str], kept: str
) -> list[StepDone]:
    done: list[StepDone] = []
    for stage, steps in wanted:
        done += run_all(ctx, plan, steps, stage, variables, kept)
        _raise(done, kept)
    return done


def after(ctx: Context, plan: Plan, variables: Mapping[str, str]) -> list[StepDone]:
    """The steps that follow when the session is made. StepFailed: it is there, and stays: somebody may be on it."""
    kept = f"session '{variables.get('VIEWSYNC_SESSION', '')}' is there, and was kept"
    done = run_all(ctx, plan, plan.post_create, POST_CREATE, variables, kept)
    _raise(done, kept)
    return done


def _raise(done: Sequence[StepDone], consequence: str) -> None:
    if done and done[-1].aborts:
        raise StepFailed(f"{told(done[-1])}; {consequence}", f"all that it printed is in {done[-1].log}")


def told(done: StepDone) -> str:
    """A failure in one line."""
    said = f': "{done.tail[-1]}"' if done.tail else ""
    return f"the {done.stage} step '{done.name}' failed ({done.problem}, {done.source}){said}"


def _record(ctx: Context, done: StepDone, variables: Mapping[str, str]) -> None:
    outcome = done.problem or "done"
    event = Event(
        ctx.clock(),
        STEP if not done.problem else STEP_FAILED,
        done.stage,
        variables.get("VIEWSYNC_SOCKET", ""),
        "",
        variables.get("VIEWSYNC_SESSION", ""),
        reason=f"{done.name}: {outcome}",
        project=variables.get("VIEWSYNC_PROJECT", ""),
        seconds=done.seconds,
    )
    recording.record(ctx, [event])


def _printable(raw: bytes) -> str:
    """Bytes that are no text, and what would command a terminal, as escapes."""
    text = raw.decode("utf-8", "backslashreplace").rstrip()
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
