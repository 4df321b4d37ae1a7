"""Reopen the views of a WezTerm that is gone, after a crash or after you quit it.

Tabs that you had closed before that stay closed. --plan shows what would be opened. --hand-over prints it and records
it as done, for a caller that opens the tabs itself, as the WezTerm module does.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.typed import TYPE_CHECKING, Any
from viewsync.views import restoring

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.views.rules.restoring import ClosedTab, Step

EXIT_CODES = {
    0: "done",
    1: "an argument is wrong, or WezTerm opened no tab",
    5: "the state folder, the registry or the history cannot be used",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--plan", action="store_true", help="only show what would be opened")
    how.add_argument("--hand-over", action="store_true", help="let the caller open the tabs")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    with ctx.progress("looking for what was open"):
        plan = restoring.plan(ctx, _elsewhere)
    opened = restoring.Opened([], {})
    if parsed.hand_over:
        restoring.hand_over(ctx, plan, "wezterm")
    elif not parsed.plan:
        with ctx.progress(f"opening {len(plan.steps)} tabs"):
            opened = restoring.spawn(ctx, plan)
    tabs = [_tab(ctx.env, step) for step in plan.steps]
    missing = [tab.parent for tab in plan.missing]
    data = {"gui_pid": plan.gui.pid, "tabs": tabs, "focus": plan.focus, "missing": missing, "panes": opened.panes}
    done = "opened" if opened.panes else "would open"
    lines = [f"{done} {_told(step)}" for place, step in enumerate(plan.steps) if place not in opened.problems]
    lines += [f"{tab.parent}: its session is gone" for tab in plan.missing]
    failed = list(opened.problems.values())
    if not (plan.steps or plan.missing):
        lines = ["nothing to restore"]
    return Result(data, lines, code=1 if failed else 0, warnings=failed)


def _elsewhere(ctx: Context, tabs: Sequence[ClosedTab]) -> list[ClosedTab | None]:
    from viewsync.hosts import restoring as far_restoring  # only where there were such tabs

    return far_restoring.openable(ctx, tabs)


_WHERE = {"window": "in another window", "right": "to the right of another one", "down": "below another one"}


def _told(step: Step) -> str:
    tab = step.tab
    return " ".join(filter(None, (tab.parent, "on", tab.socket, tab.window, _WHERE.get(step.into))))


def _tab(env: Mapping[str, str], step: Step) -> dict[str, Any]:
    tab = step.tab
    return {
        "parent": tab.parent,
        "socket": tab.socket,
        "window": tab.window or None,
        "host": tab.host or None,
        "title": tab.name,
        "tab_title": tab.title or None,
        "into": step.into,
        "beside": step.beside if step.beside >= 0 else None,
        "percent": step.percent or None,
        "workspace": step.workspace or None,
        "zoomed": step.zoomed,
        "argv": restoring.argv(env, tab),
    }
