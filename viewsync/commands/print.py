"""Show what `run` would do with a command and its arguments, without doing it. Without NAME, list the commands.

The project's are listed, and your own: those in commands/ in your configuration folder, found from any folder.
Values that look secret are shown as ***.
"""

from __future__ import annotations

import os

from viewsync.commands import _args
from viewsync.output import Result, named, table
from viewsync.project_files import loading
from viewsync.project_files.rules import environment, planning
from viewsync.project_files.rules import steps as step_rules
from viewsync.text import durations
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from viewsync.context import Context
    from viewsync.project_files.loading import Offered
    from viewsync.project_files.rules.plan import Pace, Plan, PlannedPane, PlannedWindow, Step

EXIT_CODES = {
    0: "done",
    1: "an argument or a file is wrong",
    5: "no folder for the configuration can be found",
}

VERBATIM = ("-e", "-w", "--window")


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes(
        "command files",
        parser.add_argument(
            "name",
            nargs="?",
            default="",
            metavar="NAME",
            help="a command of the project, or your own, or the path of its file",
        ),
    )
    parser.add_argument("arguments", nargs="*", metavar="key=value", help="an argument for its templates")
    parser.add_argument(
        "-e",
        dest="environment",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="a variable of the session; repeat for more",
    )
    _args.called(parser)
    _args.windows(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if not parsed.name:
        return _commands(ctx)
    request = loading.Request(
        parsed.name, parsed.arguments, parsed.environment, parsed.windows, called=parsed.called or ""
    )
    draft = loading.load(ctx, request)
    plan = loading.plan(draft)
    values = [value for name, value in planning.known(plan) if name in plan.secrets]
    data: dict[str, Any] = {"name": plan.name, **_data(plan, plan.secrets, values)}
    for field in ("written", "called", "exact", "startup", "appended"):  # which are for trust, or said already
        del data[field]
    return Result(data, [environment.hidden(line, values) for line in _lines(plan)])


def _commands(ctx: Context) -> Result:
    """Those of the project that we are in, and the user's own. A file that is wrong hides no other."""
    found, problems = loading.offered(ctx.env)
    data = [{**command._asdict(), "arguments": _defaults(command)} for command in found]
    rows = [(command.name, _arguments(command), _about(command)) for command in found]
    lines = table(("NAME", "ARGUMENTS", "DESCRIPTION"), rows) if rows else []
    if not found and not problems:
        lines = [named("There are no commands yet; `viewsync new NAME` makes one.")]
    return Result({"commands": data, "errors": problems}, lines, 1 if problems else 0, problems)


def _about(offered: Offered) -> str:
    notes = [*(["your own"] if offered.own else ()), *(["the project's comes first"] if offered.shadowed else ())]
    return " ".join([*offered.description.split(), *([f"({', '.join(notes)})"] if notes else ())])


def _defaults(offered: Offered) -> dict[str, str | None]:
    return {
        name: environment.HIDDEN if default and environment.looks_secret(name, default) else default
        for name, default in offered.arguments.items()
    }


def _arguments(offered: Offered) -> str:
    """As in a manual: what may be left out stands in brackets."""
    told = [name if value is None else f"[{name}={value}]" for name, value in _defaults(offered).items()]
    return " ".join(told) or "-"


def _data(value: Any, secrets: frozenset[str], values: list[str]) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _field(name, part, secrets, values) for name, part in value._asdict().items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_data(item, secrets, values) for item in value]
    return environment.hidden(value, values) if isinstance(value, str) else value


def _field(name: str, value: Any, secrets: frozenset[str], values: list[str]) -> Any:
    if name in ("environment", "options", "global_options", "options_after", "arguments"):
        return {key: _shown(key, part, secrets, values) for key, part in value}
    return _data(value, secrets, values)


def _shown(name: str, value: str, secrets: frozenset[str], values: list[str]) -> str:
    hide = name in secrets or environment.looks_secret(name, value)
    return environment.HIDDEN if hide else environment.hidden(value, values)


def _lines(plan: Plan) -> Iterator[str]:
    yield f"session    {plan.name}"
    yield f"file       {plan.file}"
    yield f"folder     {plan.cwd}"
    if plan.worktree:
        start = f" from {plan.worktree.base_branch}" if plan.worktree.base_branch else ""
        yield f"worktree   {plan.worktree.path}, branch {plan.worktree.branch}{start}"
    yield from _settings(plan)
    yield from _pairs("variable", plan.environment, plan.secrets)
    yield from _steps("at start", plan.start, plan.secrets)
    yield from _steps("before", plan.pre_create, plan.secrets)
    for window in plan.windows:
        yield from _window(window, plan) if window.manual or not window.skipped else ()
    yield from _steps("after", plan.post_create, plan.secrets)
    yield from _steps("at restart", plan.restart, plan.secrets)
    yield from _steps("at attach", plan.attach, plan.secrets)
    yield from _steps("at detach", plan.detach, plan.secrets)
    yield from _steps("at its end", plan.cleanup, plan.secrets)


def _settings(plan: Plan) -> Iterator[str]:
    if plan.socket:
        yield f"server     {plan.socket}"
    if plan.shell:
        yield f"shell      {plan.shell}"
    if plan.tmux_config:
        yield f"tmux       {plan.tmux_config}"
    yield from _pairs("option", plan.options, frozenset())
    yield from _pairs("everywhere", plan.global_options, frozenset())
    if plan.timeout:
        what = "ends" if plan.auto_cleanup else "may end"
        yield f"timeout    {what} after {durations.shown(plan.timeout)} without use"
    if plan.auto_attach:
        yield "attach     as soon as it exists"


def _pairs(what: str, pairs: tuple[tuple[str, str], ...], secrets: frozenset[str]) -> Iterator[str]:
    for name, value in pairs:
        hide = name in secrets or environment.looks_secret(name, value)
        yield f"{what:<10} {name}={environment.HIDDEN if hide else value}"


def _steps(when: str, steps: tuple[Step, ...], secrets: frozenset[str]) -> Iterator[str]:
    for step in steps:
        yield f"{when:<10} {step.name}: {step.command} ({step_rules.bounds(step)})"
        yield from ("  " + line for line in _pairs("variable", step.environment, secrets))


def _window(window: PlannedWindow, plan: Plan) -> Iterator[str]:
    focus = ", in focus" if window.focus and len(plan.windows) > 1 else ""
    layout = f", {window.layout}" if window.layout else ", stacked" if window.stacked else ""
    index = f", at {window.position}" if window.position >= 0 else ""
    manual = ", only with -w" if window.manual and window.skipped else ""
    yield f"window     {window.name or '(as its program)'}{index}{layout}{focus}{manual}{_in(window.cwd, plan.cwd)}"
    yield from ("  " + line for line in _pairs("option", window.options, frozenset()))
    yield from ("  " + line for line in _pairs("at the end", window.options_after, frozenset()))
    for pane in window.panes:
        yield from _pane(pane, window, plan.secrets)


def _pane(pane: PlannedPane, window: PlannedWindow, secrets: frozenset[str]) -> Iterator[str]:
    paces = pane.paces or [None] * len(pane.commands)
    runs = "; ".join(map(_typed, pane.commands, paces)) or "a shell"
    title = f" titled {pane.title!r}" if pane.title else ""
    focus = ", in focus" if pane.focus and len(window.panes) > 1 else ""
    shell = f" in {pane.shell}" if pane.shell else ""
    yield f"  pane       {runs}{title}{shell}{focus}{_in(pane.cwd, window.cwd)}"
    yield from ("    " + line for line in _pairs("variable", pane.environment, secrets))


def _typed(command: str, pace: Pace | None) -> str:
    if pace is None:
        return command
    said = [
        *([f"after {pace.before:g} s"] if pace.before else ()),
        *(() if pace.enter else ["without Enter"]),
        *([f"then {pace.after:g} s"] if pace.after else ()),
    ]
    return f"{command} ({', '.join(said)})" if said else command


def _in(folder: str, base: str) -> str:
    return "" if folder == base else f" ({os.path.relpath(folder, base)})"
