"""What a session is and how it is called: all that must be known before the rest of its file can be filled in."""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.light import re
from viewsync.project_files.rules import names, settings
from viewsync.project_files.rules.filling import Filler, World
from viewsync.project_files.rules.nodes import Unfit
from viewsync.project_files.rules.plan import PlannedWorktree
from viewsync.tmux.rules import session_names
from viewsync.tmux.rules.marks import Identity
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.project_files.rules.nodes import Node
    from viewsync.project_files.rules.settings import Sources

# What git refuses in a branch's name, and more it may take for an option.
_NO_BRANCH = re.compile(r"^[-/.]|[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|/\.|\.lock(/|$)|[/.]$|^@$|^$")


class Draft(NamedTuple):
    sources: Sources
    world: World
    given: Mapping[str, str]  # the arguments as they were given
    environment: Mapping[str, str]  # what the command line adds
    variables: Mapping[str, str]  # all but the session's name
    identity: Identity
    worktree: PlannedWorktree | None
    called: str  # what the session is called where nobody else has that name
    windows: tuple[str, ...] = ()  # those that were asked for, none for all but manual ones
    exact: bool = False  # it is called so, or not made
    startup: bool = True  # those of its steps that `run` itself has run


def draft(sources: Sources, world: World, given: Mapping[str, str], environment: Mapping[str, str]) -> Draft:
    """Raises Unfit with all that is wrong."""
    arguments, problems = settings.arguments(sources.command, given)
    if problems:
        raise Unfit(problems)
    filler = Filler(sources, world, _found(sources, world) | arguments)
    variables = filler.variables
    task = arguments.get("task") or arguments.get("task_id") or filler.text(_task(sources)) or names.TASK
    variables.update({"task": task, "task_type": arguments.get("task_type") or task})
    worktree = _worktree(filler, arguments)
    filler.finish()
    variables["project_path"] = world.root
    variables["worktree_path"] = world.path(world.inside, worktree.path) if worktree else world.here
    name, own = _name(filler)
    filler.finish()
    project, tree = variables["project"] or "project", variables["worktree"] or "main"
    base = names.base(name, world.root, (project, tree, task))
    identity = Identity(world.root, project, tree, task, base)
    called = name if own and names.keeps(name) else base
    return Draft(sources, world, given, environment, variables, identity, worktree, called)


def called(draft: Draft, name: str) -> Draft:
    """Of a session of that very name, beside the one that the file names."""
    if not names.keeps(name):
        why = session_names.refusal(name) or f"{names.LONGEST} printable characters at most, no blank at an end"
        raise UsageError(f"a session cannot be called {name!r}: {why}")
    if name == draft.called:
        return draft._replace(exact=True)
    return draft._replace(identity=draft.identity._replace(base=name), called=name, exact=True)


def _found(sources: Sources, world: World) -> dict[str, str]:
    named = sources.project and sources.project.get("project", "name")
    return {
        "project": named.text if named else sources.name if sources.own else world.root.rpartition("/")[2],
        "worktree": world.worktree,
        "branch": world.branch,
        "user": world.user,
        "timestamp": world.timestamp,
        "project_path": world.root,
        "worktree_path": world.here,
    }


def _task(sources: Sources) -> Node | None:
    return sources.command.get("session", "task") or sources.setting("default_task")


def _worktree(filler: Filler, arguments: Mapping[str, str]) -> PlannedWorktree | None:
    """From here on the branch is the worktree's, and its name too unless another was given."""
    section = filler.sources.command.get("worktree")
    if section is None:
        return None
    if filler.sources.own:
        hint = "put the command into .viewsync/commands of that project; a link to it from here is found from anywhere"
        filler.wrong(section, "a command of your own is in no repository that could have a worktree", hint)
        return None
    node = section.get("branch")
    if node is None and "branch" not in arguments:
        filler.wrong(section, "worktree.branch is missing", "say it here, or give branch=NAME")
        return None
    before = len(filler.problems)
    branch = filler.text(node, arguments.get("branch", ""))
    if len(filler.problems) == before and _NO_BRANCH.search(branch):
        filler.wrong(node or section, f"{branch!r} cannot be the name of a branch")
    filler.variables["branch"] = branch
    filler.variables["worktree"] = arguments.get("worktree") or branch
    start = filler.text(section.get("base_branch"))
    if start and _NO_BRANCH.search(start.replace("~", "").replace("^", "")):
        filler.wrong(section.fields["base_branch"], f"{start!r} cannot be a branch")
    path = filler.text(section.get("path")) or filler.world.worktree_of(branch)
    if not path:  # beside the repository, in which the project may be a folder among others
        beside = f"../worktrees/{names.folder(filler.variables['project'])}-{names.folder(branch)}"
        path = filler.world.path(beside, filler.world.top)
    return PlannedWorktree(branch, start, filler.world.path(path, filler.world.root))


def _name(filler: Filler) -> tuple[str, bool]:
    """And whether its file gives it word for word."""
    sources = filler.sources
    own = sources.command.get("session", "name_template")
    template = own or sources.setting("naming_pattern")
    if template is None and sources.own:
        task = filler.variables["task"]
        name = sources.name if task == names.TASK else f"{sources.name}-{task}"
    else:
        name = filler.text(template) if template else filler.world.render(names.DEFAULT, filler.variables)
    prefix = filler.text(sources.prefix)
    if prefix:
        return f"{prefix}-{name}", False
    return name, sources.own if template is None else own is not None and not names.varies(own.text)
