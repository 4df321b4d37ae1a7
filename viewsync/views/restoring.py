"""Open again the views that a WezTerm which is gone had, each on its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewsync import paths
from viewsync.errors import ViewsyncError
from viewsync.events import RESTORE, Event
from viewsync.system import processes
from viewsync.tmux import inventory
from viewsync.views.rules import restoring

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.tmux.rules.model import Inventory
    from viewsync.views.rules.restoring import Tab


class Plan(NamedTuple):
    """`missing`: tabs whose session is gone, so that there is nothing to open."""

    gui: int
    tabs: list[Tab]
    missing: list[Tab]


def plan(ctx: Context) -> Plan:
    """What there is to restore; nothing is changed."""
    events = ctx.history.find("gui != 0", (), limit=5000)
    alive = {each.gui for each in events if processes.alive(each.gui)}
    gui, tabs = restoring.lost_tabs(events, alive)
    servers = {tab.socket: _inventory(ctx, tab.socket) for tab in tabs}
    found = [(tab, _there(tab, servers[tab.socket])) for tab in tabs]
    return Plan(gui, [there for _, there in found if there], [tab for tab, there in found if not there])


def _inventory(ctx: Context, socket: str) -> Inventory | None:
    try:
        return inventory.inventory(ctx.tmux, socket)
    except ViewsyncError:
        return None


def _there(tab: Tab, found: Inventory | None) -> Tab | None:
    """The tab as it can be opened: a window's id means something only on the server that gave it."""
    if found is None or not any(tab.parent in (each.name, each.marked_parent) for each in found.sessions):
        return None
    return tab if found.server.identity == tab.server else tab._replace(window="")


def hand_over(ctx: Context, planned: Plan, trigger: str) -> None:
    """Note that these tabs are opened now, so that a second restore does not open them once more."""
    if planned.gui:
        ctx.history.add([Event(ctx.clock(), RESTORE, trigger, "", "", "", gui=planned.gui)])


def spawn(ctx: Context, planned: Plan) -> list[int]:
    """Open them in the running WezTerm, from outside; the ids of the new panes."""
    guis = ctx.wezterm.guis()
    if planned.tabs and not guis:
        raise ViewsyncError("no WezTerm is running to open the tabs in", "start WezTerm, then try again")
    hand_over(ctx, planned, "person")
    socket = next(iter(guis.values()), "")
    return [ctx.wezterm.spawn(socket, argv(ctx, tab)) for tab in planned.tabs]


def argv(ctx: Context, tab: Tab) -> list[str]:
    window = ["--window", tab.window] if tab.window else []
    return [*paths.launch_argv(ctx.env), "open", "-S", tab.socket, *window, "--", tab.parent]
