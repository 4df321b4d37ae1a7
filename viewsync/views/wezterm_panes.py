"""Which WezTerm panes live: told by WezTerm's Lua, asked of `wezterm cli`, remembered for the tmux hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.errors import ViewsyncError
from viewsync.system import processes, terminal_owner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.registry_shape import GuiRow, ViewRow
    from viewsync.store.registry_file import RegistryFile


def tracked(views: Mapping[str, ViewRow], guis: Mapping[str, GuiRow]) -> set[str]:
    """The views that nobody is on, opened in a pane which a WezTerm that lives was last heard to have, and still has.

    A closed tab's terminal is gone at once, so a memory of it protects nothing; the terminal that gets its number next
    has another owner.
    """
    live = [(int(pid), gui) for pid, gui in guis.items() if _lives(pid, gui)]
    left = {name: row for name, row in views.items() if not row.get("attached")}
    return {name for name, row in left.items() if any(_is_in(row, pid, gui) for pid, gui in live) and _is_there(row)}


def _lives(pid: str, gui: GuiRow) -> bool:
    return pid.isdigit() and processes.alive(int(pid), float(gui.get("start") or 0))


def _is_in(row: ViewRow, pid: int, gui: GuiRow) -> bool:
    """Whether the view's terminal is one of that GUI's, as far as both are known."""
    tty = row.get("tty")
    if not tty or tty not in gui.get("ttys", ()):
        return False
    changed = gui.get("changed", {}).get(tty)
    return not changed or changed == terminal_owner.changed(tty) or opened_by(row, pid, gui.get("start") or 0)


def opened_by(row: ViewRow, gui: int, start: float) -> bool:
    """Whether the view was opened from the WezTerm of that pid, which started then."""
    known = row.get("gui_start")
    return row.get("gui") == gui and (not known or not start or processes.same(known, start))


def _is_there(row: ViewRow) -> bool:
    return terminal_owner.has(int(row.get("leader") or 0), float(row.get("leader_start") or 0), row["tty"])


def remember(registry: RegistryFile, pid: int, ttys: Sequence[str]) -> None:
    """Keep the complete list of one GUI's terminals; forget GUIs that are gone."""
    row: GuiRow = {
        "start": processes.start_time(pid),
        "ttys": sorted(set(ttys)),
        "changed": {tty: terminal_owner.changed(tty) for tty in ttys},
    }
    with registry.change() as data:
        guis = data["guis"]
        guis[str(pid)] = {**guis.get(str(pid), {}), **row}
        for other in [each for each, gui in guis.items() if not _lives(each, gui)]:
            del guis[other]


def ask(ctx: Context) -> list[str]:
    """Ask every GUI that can be reached from outside; returns what went wrong. One call a GUI."""
    problems: list[str] = []
    for pid, socket in ctx.wezterm.guis().items():
        try:
            remember(ctx.registry, pid, ctx.wezterm.ttys(socket))
        except ViewsyncError as error:
            problems.append(error.message)
    return problems
