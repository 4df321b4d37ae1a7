"""Reopen the views of a WezTerm that is gone, after a crash or after you quit it.

Tabs that you had closed before that stay closed. --plan shows what would be opened. --hand-over prints it and records
it as done, for a caller that opens the tabs itself, as the WezTerm module does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewsync.commands import _args
from viewsync.output import Result
from viewsync.views import restoring

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.views.rules.restoring import ClosedTab

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
    plan = restoring.plan(ctx)
    panes: list[int] = []
    if parsed.hand_over:
        restoring.hand_over(ctx, plan, "wezterm")
    elif not parsed.plan:
        panes = restoring.spawn(ctx, plan)
    tabs = [_tab(ctx.env, tab) for tab in plan.tabs]
    missing = [tab.parent for tab in plan.missing]
    data = {"gui_pid": plan.gui.pid, "tabs": tabs, "missing": missing, "panes": panes}
    done = "opened" if panes else "would open"
    lines = [f"{done} {tab.parent} on {tab.socket} {tab.window}".rstrip() for tab in plan.tabs]
    lines += [f"{tab.parent}: its session is gone" for tab in plan.missing]
    return Result(data, lines or ["nothing to restore"])


def _tab(env: Mapping[str, str], tab: ClosedTab) -> dict[str, Any]:
    return {
        "parent": tab.parent,
        "socket": tab.socket,
        "window": tab.window or None,
        "title": tab.parent,
        "tab_title": tab.title or None,
        "argv": restoring.argv(env, tab),
    }
