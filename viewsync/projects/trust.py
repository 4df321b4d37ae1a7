"""Whether the user has said yes to the steps that a project brings along, and to every file that they run.

Trust is over what would happen: each step with its command, folder, time and environment, in their order, with the
contents of the files that it runs (scripts.py says which), and the tmux configuration. The rest of a command file may
change. The commands of windows need none: they are typed into a shell because the user ran that very file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import UsageError, ViewsyncError
from viewsync.project_files.rules import steps
from viewsync.projects import scripts
from viewsync.store import trusted_steps as store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan, Step

TRUSTED, CHANGED, UNTRUSTED, NOTHING = "trusted", "changed", "untrusted", "nothing to trust"
TMUX_CONFIG = "tmux-config"
_STAGES = (("pre-create", "pre_create"), ("post-create", "post_create"), ("cleanup", "cleanup"))
_SHORTEST_SECRET = 4  # characters; shorter ones are in words that have nothing to do with them


class NotTrusted(ViewsyncError):
    """Steps would run that nobody has said yes to."""

    kind = "not-trusted"


class Item(NamedTuple):
    """One step, or the tmux configuration. `text`: all that it consists of; `lines`: the same for a person."""

    text: str
    lines: tuple[str, ...]


class Standing(NamedTuple):
    """`new`: the items that were not trusted before."""

    status: str
    items: list[Item]
    new: list[Item]


class StepHome(NamedTuple):
    """Where the steps of a session are at home: they mean the same in every worktree of it."""

    bases: tuple[str, ...]  # the worktree, the folder that the files were found in, the project: those that there are
    inherited: frozenset[tuple[str, str]]  # variables of the session, which no step has as its own
    secrets: Collection[str]


def place(plan: Plan) -> StepHome:
    bases = (plan.worktree.path if plan.worktree else "", _home(plan.file), plan.identity.root)
    return StepHome(tuple(filter(None, bases)), frozenset(plan.environment), plan.secrets)


def _home(file: str) -> str:
    """The folder that has the .viewsync or .prj in which a command's file is; else the file's own."""
    folder = os.path.dirname(file)
    above = os.path.dirname(folder)
    return os.path.dirname(above) if os.path.basename(above) in (".viewsync", ".prj") else folder


def items(plan: Plan) -> list[Item]:
    """What of this plan needs trust. UsageError for a step that would show a secret to everybody, and to us."""
    where = place(plan)
    _refuse_secrets(plan)
    found = [item(each, stage, where) for stage, field in _STAGES for each in getattr(plan, field)]
    if plan.tmux_config:
        sums = [_sum(plan.tmux_config)]
        name = _relative(plan.tmux_config, where)
        found.append(Item(json.dumps([TMUX_CONFIG, name, sums]), (f"{TMUX_CONFIG}: {name}",)))
    return found


def item(step: Step, stage: str, where: StepHome) -> Item:
    """A secret's value is no part of it, since it must not be kept."""
    own = [(name, value) for name, value in step.environment if (name, value) not in where.inherited]
    environment = [(name, "" if name in where.secrets else value) for name, value in own]
    folder = _relative(step.cwd, where)
    files = [(_relative(path, where), _sum(path)) for path in _files(step, where)]
    text = json.dumps([stage, step.command, folder, step.timeout, step.on_failure, environment, files])
    lines = [f"{stage}: {step.name}", f"    {step.command}"]
    lines.append(f"    in {folder}, {steps.bounds(step)} ({step.source})")
    lines += [f"    with {name}={value or '(secret)'}" for name, value in environment]
    lines += [f"    runs {name}" for name, _ in files]
    return Item(text, tuple(lines))


def standing(ctx: Context, plan: Plan) -> Standing:
    found = items(plan)
    if not found:
        return Standing(NOTHING, [], [])
    known = store.items(store.read(ctx.folder), plan.identity.root, plan.command)
    if known is None:
        return Standing(UNTRUSTED, found, found)
    new = [each for each in found if each.text not in known]
    return Standing(TRUSTED if [each.text for each in found] == known else CHANGED, found, new)


def require(ctx: Context, plan: Plan) -> None:
    """NotTrusted unless the user has said yes to exactly this."""
    status = standing(ctx, plan).status
    if status in (TRUSTED, NOTHING):
        return
    why = "have changed since you trusted them" if status == CHANGED else "are not trusted yet"
    raise NotTrusted(
        f"the steps of '{plan.command}' {why}; nothing was run",
        f"`{_command(plan)}` shows them and asks",
    )


def _command(plan: Plan) -> str:
    """What shows just these steps: they may depend on the arguments. Those that are secret are left to the user."""
    name = plan.command if _home(plan.file) != os.path.dirname(plan.file) else plan.file
    given = [f"{key}={'...' if key in plan.secrets else value}" for key, value in plan.arguments]
    return shlex.join(["viewsync", "trust", name, *given])


def accept(ctx: Context, plan: Plan, shown: list[Item]) -> None:
    """Exactly what was shown: a file that changed meanwhile is not trusted by it."""
    texts = [each.text for each in shown]
    store.add(ctx.folder, plan.identity.root, plan.command, texts, ctx.clock(), ctx.config["lock_timeout"])


def revoke(ctx: Context, root: str, command: str) -> bool:
    return store.revoke(ctx.folder, root, command, ctx.config["lock_timeout"])


def still(ctx: Context, root: str, command: str, recorded: str, now: str) -> bool:
    """Whether a step that was recorded when it was trusted still is: it is what it was, or its change is trusted."""
    known = store.items(store.read(ctx.folder), root, command)
    return known is not None and (now == recorded or now in known)


def _refuse_secrets(plan: Plan) -> None:
    known = [*plan.environment, *plan.arguments]
    secrets = {value: name for name, value in known if name in plan.secrets and len(value) >= _SHORTEST_SECRET}
    for step in (*plan.pre_create, *plan.post_create, *plan.cleanup):
        name = next((name for value, name in secrets.items() if value in step.command), "")
        if name:
            raise UsageError(
                f"{step.source}: the step '{step.name}' has the secret {name} in its command",
                f'the environment has it: "${name}"',
            )


def secrets(ctx: Context, file: str, arguments: Sequence[str], names: Collection[str]) -> dict[str, str]:
    """The values of those variables, from a command's file; NotTrusted when it is not what was trusted."""
    from viewsync.project_files import loading  # and with it all that reads files

    plan = loading.plan(loading.load(ctx, loading.Request(file, arguments)))
    require(ctx, plan)
    return {name: value for name, value in plan.environment if name in names}


def _files(step: Step, where: StepHome) -> Iterator[str]:
    """The files that it runs: looked for where it will; and, while a worktree is still to be made, at the same place
    in the project itself.
    """
    folder, home = step.cwd, where.bases[0]
    for base in where.bases[1:]:
        if not os.path.isdir(folder) and scripts.inside(step.cwd, home):
            folder = os.path.normpath(os.path.join(base, os.path.relpath(step.cwd, home)))
    return scripts.files(step.command, folder, where.bases)


def _relative(path: str, where: StepHome) -> str:
    """As it reads in every worktree."""
    for base in where.bases:
        if scripts.inside(path, base):
            return os.path.relpath(path, base)
    return path


def _sum(path: str) -> str:
    """Of its contents; "" for what cannot be read, and so is trusted as that."""
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while part := file.read(1 << 20):
                found.update(part)
    except OSError:
        return ""
    return found.hexdigest()
