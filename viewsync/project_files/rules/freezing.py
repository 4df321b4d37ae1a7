"""A plan as the file that would say it: what `freeze` writes of a session that runs.

Values that nobody is to see are left out; `secrets` names them.
"""

from __future__ import annotations

from viewsync.project_files.rules import command_lines, writing
from viewsync.project_files.rules.plan import Pace
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.project_files.rules.plan import Plan, PlannedPane, PlannedWindow, Step
    from viewsync.project_files.rules.writing import Data


def command(plan: Plan) -> Data:
    root = plan.identity.root
    session = writing.filled(
        name_template=writing.literal(plan.name),
        task=writing.literal(plan.identity.task),
        working_directory=_folder(plan.cwd, root),
        auto_attach=plan.auto_attach,
        auto_cleanup=plan.auto_cleanup,
        session_timeout=f"{plan.timeout:.0f}s" if plan.timeout else "",
        shell=writing.literal(plan.shell),
        tmux_config=_folder(plan.tmux_config, root),
        options=writing.literals(dict(plan.options)),
        global_options=writing.literals(dict(plan.global_options)),
        pre_create_steps=[_step(step, plan) for step in plan.pre_create],
        post_create_steps=[_step(step, plan) for step in plan.post_create],
        **{
            f"{when}_steps": [_step(step, plan) for step in getattr(plan, when)]
            for when in ("start", "restart", "attach", "detach", "cleanup")
        },
    )
    session["inherit_project_env"] = False  # all of it stands below `environment`
    session["windows"] = [_window(window, plan, several=len(plan.windows) > 1) for window in plan.windows]
    return writing.filled(environment=_variables(plan.environment, plan), secrets=sorted(plan.secrets), session=session)


def _folder(path: str, base: str) -> str:
    """Relative where it lies below, nothing where it is the same."""
    if path == base or not path:
        return ""
    below = path.removeprefix(f"{base.rstrip('/')}/")
    return writing.literal(below)


def _variables(pairs: tuple[tuple[str, str], ...], plan: Plan) -> dict[str, str]:
    return writing.literals({name: value for name, value in pairs if name not in plan.secrets})


def _step(step: Step, plan: Plan) -> Data:
    return writing.filled(
        name=writing.literal(step.name),
        run=writing.literal(step.command),
        timeout=f"{step.timeout:g}s",
        working_directory=_folder(step.cwd, plan.cwd),
        environment=_variables(step.environment, plan),
        on_failure=step.on_failure,
    )


def _window(window: PlannedWindow, plan: Plan, *, several: bool) -> Data:
    return writing.window(
        writing.literal(window.name),
        [_pane(pane, window, plan) for pane in window.panes],
        layout=window.layout or ("stacked" if window.stacked else ""),
        focus=window.focus and several,
        working_directory=_folder(window.cwd, plan.cwd),
        options=writing.literals(dict(window.options)),
        options_after=writing.literals(dict(window.options_after)),
        index=window.position if window.position >= 0 else None,
    )


def _pane(pane: PlannedPane, window: PlannedWindow, plan: Plan) -> Data | str | None:
    return writing.pane(
        [_typed(line, pane.paces[at] if pane.paces else Pace()) for at, line in enumerate(pane.commands)],
        title=writing.literal(pane.title),
        focus=pane.focus and len(window.panes) > 1,
        working_directory=_folder(pane.cwd, window.cwd),
        environment=_variables(pane.environment, plan),
        shell=writing.literal(pane.shell),
    )


def _typed(command: str, pace: Pace) -> str | Data:
    return writing.typed(writing.literal(command), enter=pace.enter, sleep_before=pace.before, sleep_after=pace.after)


def shown(data: Any, secrets: Sequence[tuple[str, str]]) -> Any:
    """The same without the value of a secret, wherever it stood: in its place is the variable."""
    if isinstance(data, dict):
        return {key: shown(value, secrets) for key, value in data.items()}
    if isinstance(data, list):
        return [shown(part, secrets) for part in data]
    if isinstance(data, str):
        for name, value in command_lines.longest_first(secrets):
            data = data.replace(value, f"${name}")
    return data
