"""Whether the user has said yes to what a project brings along to be run, and to every file that it may run.

Trust is over what would happen: each step with its command, folder, time and environment, in their order; the variables
that the files give the session; options that run something; the tmux configuration; and, unless every line is plain,
what the files of the project's tree hold (reached_files.py says which). The rest of a command file may change. The
commands of windows need none: they are typed into a shell because the user ran that very file.

A command of the user's own needs none either: no repository brings it, and it stands where config.toml does. It is held
to that: what others could have written there runs nothing.
"""

from __future__ import annotations

import hashlib
import os
import shlex

from viewsync.errors import UsageError, ViewsyncError
from viewsync.light import json
from viewsync.project_files.rules import environment, steps
from viewsync.projects import reached_files, sourced_files
from viewsync.projects.reached_files import Home, Line, inside
from viewsync.store import own_files
from viewsync.store import trusted_steps as store
from viewsync.system import file_trees
from viewsync.tmux.rules import project_options
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan, Step

TRUSTED, CHANGED, UNTRUSTED, NOTHING = "trusted", "changed", "untrusted", "nothing to trust"
_STAGES = (
    ("start", "start"),
    ("pre-create", "pre_create"),
    ("post-create", "post_create"),
    ("restart", "restart"),
    ("attach", "attach"),
    ("detach", "detach"),
    ("cleanup", "cleanup"),
)
_SHORTEST_SECRET = 4  # characters; shorter ones are in words that have nothing to do with them
_ROUNDS = 20_000  # of the digest of a secret, so that who reads it cannot try all


class NotTrusted(ViewsyncError):
    """Something would run that nobody has said yes to."""

    kind = "not-trusted"


class Item(NamedTuple):
    """What is trusted as one. `text`: all that it consists of; `lines`: the same for a person.

    `about`: of a file that no tree has, where it is. One that is new is none that was trusted as something else: what
    steps install is there after them, and was not before.
    """

    text: str
    lines: tuple[str, ...]
    about: str = ""


class Standing(NamedTuple):
    """`new`: the items that were not trusted before."""

    status: str
    items: list[Item]
    new: list[Item]


def home(plan: Plan) -> Home:
    bases = (plan.worktree.path if plan.worktree else plan.tree, _home(plan.file), plan.identity.root)
    known = _unsecret(plan.environment, plan.secrets)
    return Home(tuple(dict.fromkeys(filter(None, bases))), known, plan.worktree)


def _unsecret(pairs: Sequence[tuple[str, str]], secrets: Collection[str]) -> tuple[tuple[str, str], ...]:
    """At the end of a session nobody knows a secret's value: it names no file."""
    return tuple((name, "" if name in secrets else value) for name, value in pairs)


def _home(file: str) -> str:
    """The folder that has the .viewsync or .prj in which a command's file is; else the file's own."""
    folder = os.path.dirname(file)
    above = os.path.dirname(folder)
    return os.path.dirname(above) if os.path.basename(above) in (".viewsync", ".prj") else folder


def asked(plan: Plan) -> bool:
    """Whether anything of this plan needs trust."""
    return bool(plan.used.steps or plan.used.tmux_config or options(plan.used))


def items(env: Mapping[str, str], plan: Plan) -> list[Item]:
    """What of this plan needs trust. UsageError for a step that would show a secret to everybody, and to us; TooLarge
    where what it may run cannot be read each time.
    """
    if plan.own or not asked(plan):
        return []
    plan = plan.used
    where = home(plan)
    _refuse_secrets(plan)
    found = [item(step, stage, where, plan.secrets) for stage, field in _STAGES for step in getattr(plan, field)]
    found += [
        _made("option", [what, name, value], f"option {name} of {what}: {value}") for what, name, value in options(plan)
    ]
    if plan.written:
        found.append(_variables(plan))
    config = list(sourced_files.read(plan.tmux_config, plan.cwd)) if plan.tmux_config else []
    found += [_config(path, where) for path, _ in config]
    before = [
        *lines(plan.at_run, plan.secrets),
        *(Line(text, plan.cwd) for _, text in config),
    ]
    before += [Line(value, plan.cwd) for _, _, value in options(plan)]
    found += covering(env, before, where)
    for later in ((*plan.attach, *plan.detach), plan.cleanup):
        found += covering(env, lines(later, plan.secrets), where)
    return list(dict.fromkeys(found))


def options(plan: Plan) -> list[tuple[str, str, str]]:
    """Those that run something: of what, the name, the value."""
    found = [("the session", name, value) for name, value in plan.options]
    found += [("all sessions", name, value) for name, value in plan.global_options]
    found += [(f"window {window.name!r}", name, value) for window in plan.windows for name, value in window.all_options]
    return [option for option in found if project_options.runs(option[1], option[2])]


def _made(kind: str, words: list[str], shown: str, about: str = "") -> Item:
    return Item(json.dumps([kind, *words]), (shown,), about)


def lines(found: Sequence[Step], secrets: Collection[str]) -> list[Line]:
    """Of shell, in which these steps consist."""
    return [Line(step.command, step.cwd, _unsecret(step.environment, secrets)) for step in found]


def item(step: Step, stage: str, where: Home, secrets: Collection[str]) -> Item:
    folder = _relative(step.cwd, where)
    own = [(name, _digest(value) if name in secrets else value) for name, value in step.environment]
    text = json.dumps([stage, step.command, folder, step.timeout, step.on_failure, own])
    shown = [f"{stage}: {step.name}", f"    {step.command}"]
    shown.append(f"    in {folder}, {steps.bounds(step)} ({step.source})")
    shown += [f"    with {name}={_shown(name, value, secrets)}" for name, value in step.environment]
    return Item(text, tuple(shown))


def _variables(plan: Plan) -> Item:
    """As the files write them: what the user gives for a template in one is not asked for again."""
    pairs = [[name, _digest(value) if name in plan.secrets else value] for name, value in plan.written]
    shown = [f"    {name}={_shown(name, value, plan.secrets)}" for name, value in plan.written]
    return Item(json.dumps(["variables", pairs]), ("variables:", *shown))


def _shown(name: str, value: str, secrets: Collection[str]) -> str:
    return "(secret)" if name in secrets or environment.looks_secret(name, value) else value


def _digest(value: str) -> str:
    """Of a secret's value, which must not be kept, and may not change unseen: a variable may have anything run."""
    return hashlib.pbkdf2_hmac("sha256", os.fsencode(value), b"viewsync", _ROUNDS).hex() if value else ""


def _config(path: str, where: Home) -> Item:
    name = _relative(path, where)
    return _made("tmux-config", [name, file_trees.digest(path)], f"tmux-config: {name}")


def covering(env: Mapping[str, str], shell: Sequence[Line], where: Home) -> list[Item]:
    """The files that these lines may run."""
    reached = reached_files.find(shell, where, env)
    found = []
    for at, tree in enumerate(reached.trees):
        label = _relative(tree.top, where) if at else "."
        kinds = "everything" if reached.anything else "what could be run"
        what = f"all that git tracks, and of the rest {kinds} that it does not ignore" if tree.git else kinds
        line = f"files: {what}, in {tree.top} ({len(tree.paths)} files)"
        found.append(_made("tree", [label, tree.digest], line))
    for path in reached.named:
        name = _relative(path, where)
        found.append(_made("file", [name, file_trees.digest(path)], f"file: {name}", about=name))
    return found


def covered(env: Mapping[str, str], plan: Plan, where: Home, steps: Sequence[Step]) -> list[str]:
    """The files that these steps of it may run, as they are."""
    return [] if plan.own else [item.text for item in covering(env, lines(steps, plan.secrets), where)]


def standing(ctx: Context, plan: Plan) -> Standing:
    found = items(ctx.env, plan)
    if not found:
        return Standing(NOTHING, [], [])
    known = store.sets(store.read(ctx.folder), plan.identity.root, plan.command)
    if not known:
        return Standing(UNTRUSTED, found, found)
    if any(_same(found, texts) for texts in known):
        return Standing(TRUSTED, found, [])
    return Standing(CHANGED, found, [command for command in found if command.text not in known[0]])


def _same(found: Sequence[Item], known: Sequence[str]) -> bool:
    about = _about(known)
    now = [command.text for command in found if not command.about or command.about in about]
    there = {command.about for command in found}
    return now == [text for text in known if not (name := _file(text)) or name in there]


def _about(known: Collection[str]) -> set[str]:
    return {name for text in known if (name := _file(text))}


def _file(text: str) -> str:
    """The name of the file that an item is about."""
    found = json.loads(text) if text.startswith('["file",') else None
    return str(found[1]) if isinstance(found, list) and len(found) == 3 else ""


def require(ctx: Context, plan: Plan, consequence: str = "nothing was run") -> None:
    """NotTrusted unless the user has said yes to exactly this."""
    if plan.own:
        _require_own(plan, consequence)
        return
    found = standing(ctx, plan)
    if found.status in (TRUSTED, NOTHING) or (plan.appended and _is_trusted_whole(ctx, plan)):
        return
    what = "steps" if plan.used.steps else "tmux commands"
    if found.status == UNTRUSTED:
        why = "are not trusted yet"
    else:
        files = found.new and all(command.text.startswith(('["tree"', '["file"')) for command in found.new)
        why = (
            "may run files that have changed since you trusted them" if files else "have changed since you trusted them"
        )
    raise NotTrusted(f"the {what} of '{plan.command}' {why}; {consequence}", f"`{_command(plan)}` shows them and asks")


def _is_trusted_whole(ctx: Context, plan: Plan) -> bool:
    """With all that it would run in a session of its own."""
    try:
        return standing(ctx, plan._replace(appended=False)).status == TRUSTED
    except ViewsyncError:  # what does not run is in the way of nothing
        return False


def _require_own(plan: Plan, consequence: str) -> None:
    if not asked(plan):
        return
    plan = plan.used
    _refuse_secrets(plan)
    programs = (step.source.rpartition(":")[0] for step in plan.steps)
    for path in dict.fromkeys(filter(None, (plan.file, plan.tmux_config, *programs))):
        if problem := others_could_write(path):
            raise NotTrusted(
                f"the steps of '{plan.command}' may be somebody else's: {problem}; {consequence}",
                "look at the file, then close it and its folders to others: `chmod go-w`",
            )


def others_could_write(path: str) -> str:
    """Why somebody else's words may be in that file, "" where they cannot, or there is none."""
    try:
        problem, found = own_files.look(path)
    except OSError as error:
        return f"{path}: {error.strerror}"
    if problem or found is None:
        return problem
    if found.st_uid not in (os.geteuid(), 0):
        return own_files.belongs(path, found)
    return f"{path} can be written to by others" if own_files.is_open(found) else ""


def _command(plan: Plan) -> str:
    """What shows just these steps: they may depend on the arguments. Those that are secret are left to the user."""
    name = plan.command if _home(plan.file) != os.path.dirname(plan.file) else plan.file
    given = [f"{key}={'...' if key in plan.secrets else value}" for key, value in plan.arguments]
    given += ["--as", plan.name] if plan.exact else []
    given += ["--append"] if plan.appended else []
    return shlex.join(["viewsync", "trust", name, *given])


def accept(ctx: Context, plan: Plan, shown: list[Item]) -> None:
    """Exactly what was shown: a file that changed meanwhile is not trusted by it."""
    texts = [command.text for command in shown]
    store.add(ctx.folder, plan.identity.root, plan.command, texts, ctx.clock(), ctx.config["lock_timeout"])


def revoke(ctx: Context, root: str, command: str) -> bool:
    return store.revoke(ctx.folder, root, command, ctx.config["lock_timeout"])


def still(folder: str, root: str, command: str, recorded: Collection[str], now: Sequence[Item]) -> bool:
    """Whether files that were recorded when they were trusted still are: they are as they were, or as trusted since."""
    sets = store.sets(store.read(folder), root, command)
    known = {*recorded, *(text for texts in sets for text in texts)}
    about = _about(known)
    return bool(sets) and all(item.text in known or (item.about and item.about not in about) for item in now)


def _refuse_secrets(plan: Plan) -> None:
    known = [*plan.environment, *plan.arguments]
    secrets = {value: name for name, value in known if name in plan.secrets and len(value) >= _SHORTEST_SECRET}
    for step in plan.steps:
        name = next((name for value, name in secrets.items() if value in step.command), "")
        if name:
            raise UsageError(
                f"{step.source}: the step '{step.name}' has the secret {name} in its command",
                f'the environment has it: "${name}"',
            )


def secrets(
    ctx: Context, file: str, arguments: Sequence[str], names: Collection[str], called: str = ""
) -> dict[str, str]:
    """The values of those variables, from a command's file; NotTrusted when it is not what was trusted."""
    from viewsync.project_files import loading  # and with it all that reads files

    plan = loading.plan(loading.load(ctx, loading.Request(file, arguments, called=called)))
    require(ctx, plan)
    return {name: value for name, value in plan.environment if name in names}


def _relative(path: str, where: Home) -> str:
    """As it reads in every worktree."""
    for base in where.bases:
        if inside(path, base):
            return os.path.relpath(path, base)
    return path
