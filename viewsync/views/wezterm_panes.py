"""Which WezTerm panes live: told by WezTerm's Lua, asked of `wezterm cli`, remembered for the tmux hook."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from viewsync.errors import ViewsyncError
from viewsync.system import processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context


def live_ttys(guis: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The terminals of the panes that were last heard of, of GUIs that live, where the terminal is still there.

    A closed tab's terminal is gone at once, so a memory of it protects nothing.
    """
    return {
        tty
        for pid, gui in guis.items()
        if pid.isdigit() and processes.alive(int(pid), float(gui.get("start") or 0))
        for tty in gui.get("ttys", ())
        if isinstance(tty, str) and os.path.exists(tty)
    }


def remember(ctx: Context, pid: int, ttys: Sequence[str]) -> None:
    """Keep the complete list of one GUI's terminals; forget GUIs that are gone."""
    row = {"start": processes.start_time(pid), "ttys": sorted(set(ttys))}
    with ctx.registry.change() as data:
        guis = data["guis"]
        guis[str(pid)] = {**guis.get(str(pid), {}), **row}
        for other in [each for each in guis if not (each.isdigit() and processes.alive(int(each)))]:
            del guis[other]


def ask(ctx: Context) -> list[str]:
    """Ask every GUI that can be reached from outside; returns what went wrong. One call a GUI."""
    problems: list[str] = []
    for pid, socket in ctx.wezterm.guis().items():
        try:
            remember(ctx, pid, ctx.wezterm.ttys(socket))
        except ViewsyncError as error:
            problems.append(error.message)
    return problems
