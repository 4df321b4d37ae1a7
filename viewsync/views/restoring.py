"""Open again the views that a WezTerm which is gone had, each on its window."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from viewsync import paths
from viewsync.errors import ViewsyncError
from viewsync.events import END, HOOK, RESTORE, Event
from viewsync.registry.safe_reading import read_registry
from viewsync.system import processes
from viewsync.tmux import inventory
from viewsync.views import servers
from viewsync.views.rules import restoring, tracking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.context import Context
    from viewsync.tmux.rules.model import Inventory
    from viewsync.tmux.server import Tmux
    from viewsync.views.rules.restoring import ClosedTab, Gui


_AT_MOST = 7 * 86400.0  # seconds since a WezTerm went: who wanted its tabs back has opened them since


class RestorePlan(NamedTuple):
    """`missing`: tabs whose session is gone, so that there is nothing to open."""

    gui: Gui
    tabs: list[ClosedTab]
    missing: list[ClosedTab]


def plan(ctx: Context) -> RestorePlan:
    """What there is to restore; nothing is changed."""
    events = [*_not_noted(ctx), *ctx.history.find("gui != 0", (), limit=5000)]
    gui, tabs = restoring.lost_tabs(events, lambda each: processes.alive(each.pid, each.start), ctx.clock() - _AT_MOST)
    readings = {tab.socket: _inventory(ctx.tmux, tab.socket) for tab in tabs}
    found = [(tab, _there(tab, readings[tab.socket])) for tab in tabs]
    return RestorePlan(gui, [there for _, there in found if there], [tab for tab, there in found if not there])


def _not_noted(ctx: Context) -> list[Event]:
    """What the history will say of views that servers have ended by themselves since somebody looked."""
    views = read_registry(ctx)[0]["views"]
    found = [_inventory(ctx.tmux, socket) for socket in servers.live(ctx.env, views)]
    compared = [tracking.compare(each, views, (), ctx.clock(), HOOK) for each in found if each and each.ended]
    told = [event for changes in compared for event in changes.events if event.gui]
    ended = {event.session for event in told if event.event == END}
    return [event for event in told if event.session in ended]


def _inventory(tmux: Tmux, socket: str) -> Inventory | None:
    try:
        return inventory.inventory(tmux, socket)
    except ViewsyncError:
        return None


def _there(tab: ClosedTab, found: Inventory | None) -> ClosedTab | None:
    """The tab as it can be opened: a window's id means something only on the server that gave it."""
    if found is None or not any(tab.parent in (session.name, session.marked_parent) for session in found.sessions):
        return None
    return tab if found.server.identity == tab.server else tab._replace(window="")


def hand_over(ctx: Context, planned: RestorePlan, trigger: str) -> None:
    """Note that these tabs are opened now, so that a second restore does not open them once more."""
    if planned.gui.pid:
        done = Event(ctx.clock(), RESTORE, trigger, "", "", "")
        ctx.history.add([done._replace(gui=planned.gui.pid, gui_start=planned.gui.start)])


def spawn(ctx: Context, planned: RestorePlan) -> list[int]:
    """Open them in the running WezTerm, from outside; the ids of the new panes."""
    socket = _answering(ctx) if planned.tabs else ""
    if planned.tabs and not socket:
        raise ViewsyncError("no WezTerm is running to open the tabs in", "start WezTerm, then try again")
    hand_over(ctx, planned, "person")
    return [_spawn(ctx, socket, tab) for tab in planned.tabs]


def _spawn(ctx: Context, socket: str, tab: ClosedTab) -> int:
    pane = ctx.wezterm.spawn(socket, argv(ctx.env, tab))
    with contextlib.suppress(ViewsyncError):  # the tab is there, and WezTerm calls it tmux
        ctx.wezterm.set_tab_title(socket, pane, tab.title or tab.parent)
    return pane


def _answering(ctx: Context) -> str:
    """The socket of a WezTerm that answers; "" when none does. A socket that was left behind may have a living pid."""
    for socket in ctx.wezterm.guis().values():
        with contextlib.suppress(ViewsyncError):
            ctx.wezterm.panes(socket)
            return socket
    return ""


def argv(env: Mapping[str, str], tab: ClosedTab) -> list[str]:
    window = ["--window", tab.window] if tab.window else []
    title = [f"--tab-title={tab.title}"] if tab.title else []
    return [*paths.launch_argv(env), "open", "-S", tab.socket, *title, *window, "--", tab.parent]
