"""The steps of a session for when its first client comes, and when the last one leaves, as tmux tells of these."""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.projects import recorded_steps, steps
from viewsync.registry import leases
from viewsync.store import lock, own_files, pending_steps, step_logs
from viewsync.tmux import presence_hooks
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context

_TRUSTED = "trusted_visits"
_STAGES = {presence_hooks.CAME: steps.ATTACH, presence_hooks.LEFT: steps.DETACH}
_PATIENCE = 30.0  # seconds for what was begun before, beside what its steps may take


def has(record: Mapping[str, Any]) -> bool:
    return bool(record.get(steps.ATTACH) or record.get(steps.DETACH))


def told(ctx: Context, socket: str) -> None:
    """Run what is to be run for those who came and left since somebody asked."""
    heard = presence_hooks.take(ctx.tmux, socket, presence_hooks.watch(ctx.caller, ctx.folder))
    for sign, session in heard.visits:
        try:
            _one_after_the_other(ctx, pending_steps.key(heard.server, session), _STAGES[sign])
        except ViewsyncError as error:
            ctx.log.warning("%s: %s", session, error.message)
    if heard.visits:
        step_logs.prune(ctx.folder)


def _one_after_the_other(ctx: Context, key: str, stage: str) -> None:
    """What is done when somebody leaves never runs beside what is still done since somebody came."""
    if not (entry := pending_steps.find(ctx.folder, key)):
        return
    folder = os.path.join(ctx.folder, leases.FOLDER)
    own_files.make_folder(folder)
    with lock.for_a_while(os.path.join(folder, f"{key}-visits"), _PATIENCE + _longest(entry.record)):
        entry = pending_steps.find(ctx.folder, key)
        if entry and not entry.owner:  # else it is being ended
            _run(ctx, entry.record, stage)


def _longest(record: Mapping[str, Any]) -> float:
    """Seconds that all of its steps may take."""
    return sum(step.timeout for stage in _STAGES.values() for step in recorded_steps.steps(record, stage))


def _run(ctx: Context, record: Mapping[str, Any], stage: str) -> None:
    wanted = recorded_steps.steps(record, stage)
    both = [*recorded_steps.steps(record, steps.ATTACH), *recorded_steps.steps(record, steps.DETACH)]
    secrets, problems = recorded_steps.secrets(ctx, record, stage) if wanted else ({}, [])
    variables = {**recorded_steps.variables(record), **secrets}
    for step in wanted:
        if problem := recorded_steps.distrust(ctx, record, step, both, stage, _TRUSTED):
            problems.append(problem)
            continue
        done = steps.run(ctx, step, stage, variables, recorded_steps.listed(record, "secrets"))
        problems += [steps.told(done)] if done.problem else []
        if done.aborts:
            break
    for problem in problems:
        ctx.log.warning("%s: %s", record.get("name"), problem)
