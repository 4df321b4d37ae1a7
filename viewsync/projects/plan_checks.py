"""What of a plan cannot be built, found before tmux is touched."""

from __future__ import annotations

import os

from viewsync.errors import UsageError
from viewsync.light import quote
from viewsync.projects.rules import diff
from viewsync.system import process
from viewsync.text import variables
from viewsync.tmux.rules import layouts
from viewsync.tmux.rules.versions import number
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.project_files.rules.plan import Plan
    from viewsync.tmux.rules.model import Server

_NEWEST = (99, 0)


def check(env: Mapping[str, str], plan: Plan, server: Server | None = None) -> None:
    """UsageError for what cannot be built, before tmux is touched. `server`: where, if that runs already."""
    check_names(plan)
    _check_folders(plan)
    if plan.tmux_config and not os.path.isfile(plan.tmux_config):
        raise UsageError(f"{plan.file}: there is no tmux_config {plan.tmux_config!r}")
    if plan.tmux_config:
        _check_config(plan)
    if server:
        check_options(plan, server.version)
    shell(env, plan)
    check_layouts(plan, number(server.version)[:2] if server else _NEWEST)


def check_names(plan: Plan) -> None:
    """UsageError for those that tmux would take for something else: they are asked for before anything is built."""
    for window in plan.windows:
        if window.name and not window.name.isprintable():  # tmux 3.3a takes it as it is, and no reading is whole then
            raise UsageError(f"{plan.file}: not a window's name: {window.name!r}", "printable text")
        if title := next((pane.title for pane in window.panes if not pane.title.isprintable()), ""):
            raise UsageError(f"{plan.file}: not a pane's title: {title!r}", "printable text")
    environments = [plan.environment, *(pane.environment for window in plan.windows for pane in window.panes)]
    for name in (name for environment in environments for name, _ in environment):
        if not variables.is_name(name):
            raise UsageError(f"{plan.file}: not a variable: {name!r}", "letters, digits and _")
    check_options(plan)


def check_options(plan: Plan, version: str = "") -> None:
    if not plan.all_options:
        return
    from viewsync.tmux.rules import project_options  # tmux's whole table: only for who sets any

    for name, value in plan.all_options:
        what, hint = project_options.refusal(name, value, version)
        if what:
            raise UsageError(f"{plan.file}: option {name}: {what}", hint)


def _check_config(plan: Plan) -> None:
    """What a project's file may not set, it cannot have set by its tmux_config either."""
    from viewsync.projects import sourced_files
    from viewsync.tmux.rules import project_options

    for path, text in sourced_files.read(plan.tmux_config, plan.cwd):
        for name, value in sourced_files.options(text):
            what, hint = project_options.harm(name, value)
            if what:
                raise UsageError(f"{path}: option {name}: {what}", hint)


def _check_folders(plan: Plan) -> None:
    if plan.worktree and not os.path.isdir(plan.worktree.path):
        hint = f"`viewsync worktree remove {quote(plan.worktree.branch)}` ends what is left of it"
        raise UsageError(f"{plan.file}: the worktree {plan.worktree.path} was removed by hand", hint)
    panes = [pane for window in plan.windows for pane in window.panes]
    for folder in dict.fromkeys([plan.cwd, *(window.cwd for window in plan.windows), *(pane.cwd for pane in panes)]):
        if not os.path.isdir(folder):
            raise UsageError(f"{plan.file}: {folder!r} is not a folder", "create it, or name another working_directory")


def check_layouts(plan: Plan, version: tuple[int, int]) -> None:
    for at, window in enumerate(plan.windows):
        if window.layout and (problem := layouts.problem(window.layout, len(window.panes), version)):
            raise UsageError(f"{plan.file}: {diff.title(window, at)}: {problem}")


def shell(env: Mapping[str, str], plan: Plan) -> list[tuple[str, str]]:
    """The options that make tmux start that shell: as its own where it is a program, with words as a command."""
    if not plan.shell:
        return []
    import shlex  # only for who names a shell

    try:
        program = shlex.split(plan.shell)[0]
    except (ValueError, IndexError):
        raise UsageError(f"{plan.file}: not a shell: {plan.shell!r}") from None
    path = process.which(program, env)
    if not path:
        raise UsageError(f"{plan.file}: there is no shell {program!r}", "install it, or name its path")
    if program == plan.shell:
        return [("default-shell", os.path.abspath(path)), ("default-command", "")]
    return [("default-command", plan.shell)]
