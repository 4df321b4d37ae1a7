"""From the name of a command and what was given with it to a plan: its files found, read, checked and filled in."""

from __future__ import annotations

import os
import pwd
import time

from viewsync import paths
from viewsync.errors import BadFile, UsageError, ViewsyncError
from viewsync.light import re
from viewsync.project_files import jinja, locating, yaml_files
from viewsync.project_files.rules import checking, drafting, planning, settings
from viewsync.project_files.rules.filling import World
from viewsync.project_files.rules.nodes import BOOLEAN, MAPPING, NULL, TEXT, Node, Problem, Unfit
from viewsync.project_files.rules.schema import SCHEMAS, VARIABLE
from viewsync.project_files.rules.settings import Sources
from viewsync.store import parsed_files
from viewsync.system import files, git
from viewsync.tmux import portable_layouts, sockets
from viewsync.tmux.rules.marks import OURS
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.project_files.locating import Located
    from viewsync.project_files.rules.drafting import Draft
    from viewsync.project_files.rules.plan import Plan

_SIGNS = re.compile(r"[\\'\"]")  # what tmux takes away from within a word
_MOST = 10  # problems that are told
_SETTINGS = ("shell", "session_prefix", "default_window_name", "auto_attach", "session_timeout", "auto_cleanup")


COMMAND, PROJECT = "command", "project"  # as the schemas are called


class Request(NamedTuple):
    name: str  # of a command, or the path of its file
    arguments: Sequence[str] = ()  # NAME=VALUE
    environment: Sequence[str] = ()  # NAME=VALUE, or NAME: what it is for us
    windows: Sequence[str] = ()  # those that are wanted, none for all but manual ones
    called: str = ""  # what the session is called, "" for what its file says
    startup: bool = True  # whether the steps that `run` itself has are run


class Offered(NamedTuple):
    """A command of the project. `arguments`: each with its default, None where it must be given."""

    name: str
    file: str
    description: str
    arguments: dict[str, str | None]
    own: bool = False  # it is the user's own, and no project's
    shadowed: bool = False  # the project's of that name comes first


def offered(env: Mapping[str, str]) -> tuple[list[Offered], list[str]]:
    """The commands of the project that we are in and the user's own, and what is wrong with the files of others."""
    root = locating.root_here()
    mine = locating.own_names(env)
    if not root and not mine:
        raise UsageError(
            "there is no project here", "`viewsync new NAME` makes a command; or change to a project's folder"
        )
    here = locating.names(root) if root else []
    listed = [(name, locating.file_of(root, name), False) for name in here]
    listed += [(name, locating.own_file(name, env), True) for name in mine]
    found, problems = [], []
    for name, file, own in listed:
        try:
            node, wrong = _checked(file, "command")
            if wrong:
                raise Unfit(wrong)
            description = node.get("description")
            about = description.text if description else ""
            found.append(Offered(name, file, about, settings.offered(node), own, own and name in here))
        except Unfit as error:
            problems.append(bad(error).message)
    return found, problems


def servers(env: Mapping[str, str], root: str) -> list[str]:
    """The sockets that the files of a project name in so many words. One that is wrong is told by whoever runs it."""
    found = []
    for file in locating.files(root):
        try:
            node = yaml_files.load(file)
            name, path = Sources("", node, node, {}).server  # whichever of the two kinds it is
            for label, text in ((name.text if name else "", ""), ("", path.text if path else "")):
                if (label or text) and "{" not in label + text:
                    found.append(_socket(env, label, text and _absolute(env, text, root)))
        except Unfit:
            continue
    return found


def load(ctx: Context, request: Request) -> Draft:
    """What the session is and how it is called. UsageError, and BadFile with the line, say what is wrong."""
    given = dict(_argument(argument) for argument in request.arguments)
    environment = dict(_variable(ctx.env, assignment) for assignment in request.environment)
    located = locating.locate(request.name, ctx.env)
    try:
        sources = _sources(ctx, located)
        draft = drafting.draft(sources, _world(ctx, located), given, environment)
    except Unfit as error:
        raise bad(error) from None
    draft = draft._replace(windows=tuple(request.windows), startup=request.startup)
    return drafting.called(draft, request.called) if request.called else draft


def window_names(name: str, env: Mapping[str, str]) -> list[str]:
    """Of a command's windows, those that no template gives."""
    node, _ = _checked(locating.locate(name, env).file, "command")
    listed = node.get("session", "windows")
    windows = listed.items if listed else ()
    names = [window.get("name") if window.kind == MAPPING else None for window in windows]
    texts = [found.text if found else str(place) for place, found in enumerate(names, 1)]
    return [text for text in texts if "{" not in text]


def plan(draft: Draft, session_name: str = "") -> Plan:
    """`session_name`: what the session is called in the end, where another one has the name of its identity."""
    try:
        found = planning.plan(draft, session_name or draft.called)
    except Unfit as error:
        raise bad(error) from None
    if found.tmux_config:
        _check_marks(found.tmux_config)
    return found


def check(text: str, file: str, kind: str = COMMAND) -> None:
    """BadFile where this is no text of a file of that kind."""
    try:
        _read_checked(text, file, kind)
    except Unfit as error:
        raise bad(error) from None


def kind_of(ctx: Context, file: str) -> str:
    """What a file is: that of all commands of its project, or of one."""
    return PROJECT if locating.locate(file, ctx.env).project == file else COMMAND


def would_run(ctx: Context, text: str, file: str) -> BadFile | None:
    """Why `run` would refuse a sound file of that text, as far as that lies in the file: with arguments that must be
    given nobody knows, and folders may be elsewhere, or come later.
    """
    located = locating.locate(file, ctx.env)
    try:
        node = _read_checked(text, file, "command")
        if None in settings.offered(node).values():
            return None
        unsaid = bool(node.get("worktree")) and not node.get("worktree", "branch")
        world = _world(ctx, located)._replace(is_folder=lambda _: True, is_file=lambda _: True)
        sources = _sources(ctx, located, node)
        draft = drafting.draft(sources, world, {"branch": "main"} if unsaid else {}, {})
        planning.plan(draft, draft.called)
    except Unfit as error:
        mine = [problem for problem in error.problems if problem.file == file]
        return bad(Unfit(mine)) if mine else None
    return None


def _check_marks(path: str) -> None:
    """UsageError where a file of tmux commands names an option by which viewsync tells whose a session is."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", opener=files.regular) as file:
            lines = [_SIGNS.sub("", line).strip() for line in file]
    except OSError as error:
        raise UsageError(f"cannot read the tmux_config {path}: {error.strerror}") from None
    number = next((at for at, line in enumerate(lines, 1) if OURS in line and not line.startswith("#")), 0)
    if number:
        raise UsageError(f"{path}:{number}: options {OURS}_* are viewsync's own", "leave that line out")


def bad(error: Unfit) -> BadFile:
    """The first problem, and the others behind it. What is wrong in the same way in several lines is one."""
    alike: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in error.problems:
        alike.setdefault((problem.file, problem.what, problem.hint), []).append(problem)
    first, *others = map(_as_one, alike.values())
    told = [f"{other.message} ({other.hint})" if other.hint else other.message for other in others[: _MOST - 1]]
    if len(others) >= _MOST:
        told.append(f"{len(others) - _MOST + 1} problems more")
    return BadFile(first.message, first.hint, told)


def _as_one(problems: Sequence[Problem]) -> Problem:
    first, *others = problems
    lines = [str(other.line) for other in others if other.line and other.line != first.line]
    if not lines:
        return first
    more = f", and in {len(lines) - _MOST} more" if len(lines) > _MOST else ""
    return first._replace(what=f"{first.what}, as in line{'s' if lines[1:] else ''} {', '.join(lines[:_MOST])}{more}")


def _argument(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or "\0" in value:
        raise UsageError(f"not an argument: {text!r}", "arguments are NAME=VALUE")
    return name, value


def _variable(env: Mapping[str, str], text: str) -> tuple[str, str]:
    """`-e NAME` takes the value that is there, so that a secret stands on no command line."""
    name, equals, value = text.partition("=")
    if not re.search(VARIABLE, name) or "\0" in value:
        raise UsageError(f"not a variable: {name!r}", "-e takes NAME=VALUE, or NAME")
    if not equals and name not in env:
        raise UsageError(f"-e {name}: it is not in the environment", "say -e NAME=VALUE")
    return name, value if equals else env[name]


def _sources(ctx: Context, located: Located, command: Node | None = None) -> Sources:
    problems: list[Problem] = []
    state = ctx.folder if os.path.isdir(paths.state_dir(ctx.env)) else ""  # who only looks makes none
    project, more = _checked(located.project, "project", state) if located.project else (None, [])
    if command is None:
        command, problems = _checked(located.file, "command", state, keep=not (project and project.get("secrets")))
    if state and located.project and command.get("secrets"):  # which may be variables of the project's
        parsed_files.forget(state, located.project)
    if problems or more:
        raise Unfit([*problems, *more])
    config = paths.config_file(ctx.env)
    user = {key: _setting(ctx.config[key], config) for key in _SETTINGS if ctx.config[key] != ""}
    return Sources(located.name, command, project, user, located.own)


def _checked(path: str, kind: str, state: str = "", *, keep: bool = True) -> tuple[Node, list[Problem]]:
    return _checked_node(yaml_files.load(path, state, keep=keep), kind)


def _read_checked(text: str, path: str, kind: str) -> Node:
    node, problems = _checked_node(yaml_files.parse(text, path), kind)
    if problems:
        raise Unfit(problems)
    return node


def _checked_node(node: Node, kind: str) -> tuple[Node, list[Problem]]:
    if node.kind == NULL:  # an empty file
        node = node._replace(kind=MAPPING)
    return node, checking.problems(node, SCHEMAS[kind])


def _setting(value: object, config: str) -> Node:
    if isinstance(value, bool):
        return Node(BOOLEAN, config, 0, str(value).lower())
    return Node(TEXT, config, 0, str(value))


def _world(ctx: Context, located: Located) -> World:
    home = ctx.env.get("HOME", "")
    here = os.path.realpath((home or os.sep) if located.own else located.root)
    tree = None if located.own else git.worktree(here, ctx.env)
    inside = os.path.relpath(here, tree.top) if tree else "."
    root = os.path.normpath(os.path.join(tree.main, inside)) if tree else located.root if located.own else here
    name = (tree.branch or (os.path.basename(tree.top) if tree.linked else "")) if tree else ""
    return World(
        root=root,
        top=tree.main if tree else here,
        here=here,
        inside=inside,
        worktree=name or "main",
        branch=name or "main",
        user=ctx.env.get("USER") or ctx.env.get("LOGNAME") or _user(),
        timestamp=time.strftime("%Y%m%d-%H%M%S", time.localtime(ctx.clock())),
        render=lambda text, variables: jinja.render(text, variables, ctx.env),
        path=lambda text, base: _absolute(ctx.env, text, base),
        is_folder=os.path.isdir,
        is_file=os.path.isfile,
        worktree_of=lambda branch: _worktree_of(ctx.env, root, branch),
        step=lambda step: locating.step(located.root if located.own else here, step, own=located.own),
        layout=portable_layouts.spelled,
        socket=lambda label, path: _socket(ctx.env, label, path),
    )


def _socket(env: Mapping[str, str], label: str, path: str) -> str:
    try:
        return sockets.socket_of(env, label, path)
    except ViewsyncError as error:
        raise Unfit([Problem("", 0, error.message)]) from None


def _absolute(env: Mapping[str, str], text: str, base: str) -> str:
    home = env.get("HOME", "")
    if home and (text == "~" or text.startswith("~/")):
        text = home + text[1:]
    return os.path.normpath(os.path.join(base, text))


def _worktree_of(env: Mapping[str, str], root: str, branch: str) -> str:
    """Of one that git cannot tell there is none: making it says why."""
    from viewsync.system.git_worktrees import Git, GitError

    try:
        listed = Git(root, env).worktrees()
    except GitError:
        return ""
    there = (entry.path for entry in listed if entry.branch == branch and not entry.main)
    return next(filter(os.path.isdir, there), "")


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container's user, of whom nobody knows the name
        return str(os.geteuid())
