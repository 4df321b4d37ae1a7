"""The steps of a session for when its first client comes, and when the last one leaves, as tmux tells of these."""

from __future__ import annotations

from viewsync.projects import recorded_steps, steps
from viewsync.store import pending_steps
from viewsync.tmux import presence_hooks
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context

_TRUSTED = "trusted_visits"


def has(record: Mapping[str, Any]) -> bool:
    return bool(record.get(steps.ATTACH) or record.get(steps.DETACH))


def told(ctx: Context, socket: str) -> None:
    """Run what is to be run for those who came and left since somebody asked."""
    heard = presence_hooks.take(ctx.tmux, socket)
    for stage, sessions in ((steps.ATTACH, heard.came), (steps.DETACH, heard.left)):
        for session in sessions:
            entry = pending_steps.find(ctx.folder, pending_steps.key(heard.server, session))
            if entry and not entry.owner:  # else it is being ended
                _run(ctx, entry.record, stage)


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
