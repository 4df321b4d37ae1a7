"""Open again the views that a WezTerm which is gone had, each on its window."""

from __future__ import annotations

import shlex

from viewsync import paths
from viewsync.errors import ViewsyncError
from viewsync.events import END, HOOK, RESTORE, Event
from viewsync.light import contextlib
from viewsync.registry.safe_reading import read_registry
from viewsync.system import processes
from viewsync.text import host_names
from viewsync.tmux import inventory
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views import far_tabs, servers, wezterm_panes
from viewsync.views.rules import restoring, tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.tmux.rules.model import Inventory
    from viewsync.tmux.server import Tmux
    from viewsync.views.rules.restoring import ClosedTab, Gui, Step


class RestorePlan(NamedTuple):
    """`missing`: tabs whose session is gone, so that there is nothing to open. `focus`: the steps to go to at last."""

    gui: Gui
    steps: list[Step]
    focus: list[int]
    missing: list[ClosedTab]


def plan(ctx: Context, elsewhere: Callable[[Context, Sequence[ClosedTab]], list[ClosedTab | None]]) -> RestorePlan:
    """What there is to restore; nothing is changed. `elsewhere`: tabs on other hosts as they can be opened, None for
    one whose session is gone there.
    """
    events = [*_not_noted(ctx), *far_tabs.not_noted(ctx), *ctx.history.find("gui != 0", (), limit=5000)]
    since = ctx.clock() - restoring.AT_MOST
    gui, tabs = restoring.lost_tabs(events, lambda each: processes.alive(each.pid, each.start), since)
    readings = {tab.socket: _inventory(ctx.tmux, tab.socket) for tab in tabs if not tab.host}
    far = [tab for tab in tabs if tab.host]
    as_far = dict(zip(far, elsewhere(ctx, far), strict=True)) if far else {}
    found = [(tab, as_far[tab] if tab.host else there(tab, readings[tab.socket])) for tab in tabs]
    layout = wezterm_panes.layout_of(read_registry(ctx)[0]["guis"], gui.pid, gui.start) if tabs else []
    steps, focus = restoring.arranged([there for _, there in found if there], layout)
    return RestorePlan(gui, steps, focus, [tab for tab, openable in found if not openable])


def _not_noted(ctx: Context) -> list[Event]:
    """What the history will say of views that servers have ended by themselves since somebody looked."""
    views = read_registry(ctx)[0]["views"]
    found = [_inventory(ctx.tmux, socket) for socket in servers.live(ctx.env, views)]
    compared = [
        tracking.compare(inventory, views, (), ctx.clock(), HOOK)
        for inventory in found
        if inventory and inventory.ended
    ]
    told = [event for changes in compared for event in changes.events if event.gui]
    ended = {event.session for event in told if event.event == END}
    return [event for event in told if event.session in ended]


def _inventory(tmux: Tmux, socket: str) -> Inventory | None:
    try:
        return inventory.inventory(tmux, socket)
    except ViewsyncError:
        return None


def there(tab: ClosedTab, found: Inventory | None) -> ClosedTab | None:
    """The tab as it can be opened: a window's id means something only on the server that gave it."""
    if found is None or not any(tab.parent in (session.name, session.marked_parent) for session in found.sessions):
        return None
    return tab if found.server.identity == tab.server else tab._replace(window="")


def hand_over(ctx: Context, planned: RestorePlan, trigger: str) -> None:
    """Note that these tabs are opened now, so that a second restore does not open them once more."""
    if planned.gui.pid:
        done = Event(ctx.clock(), RESTORE, trigger, "", "", "")
        ctx.history.add([done._replace(gui=planned.gui.pid, gui_start=planned.gui.start)])


class Opened(NamedTuple):
    panes: list[int]  # WezTerm's ids
    problems: dict[int, str]  # what went wrong with tabs that could not be opened, by the place in the plan


def spawn(ctx: Context, planned: RestorePlan) -> Opened:
    """Open them in the running WezTerm, from outside. Where none can be opened, all can be restored another time."""
    socket = _answering(ctx) if planned.steps else ""
    if planned.steps and not socket:
        raise ViewsyncError("no WezTerm is running to open the tabs in", "start WezTerm, then try again")
    panes: dict[int, int] = {}  # by the place in the plan
    problems: dict[int, str] = {}
    for place, step in enumerate(planned.steps):
        try:
            panes[place] = _open(ctx, socket, step, panes)
        except ViewsyncError as error:
            again = shlex.join(argv(ctx.env, step.tab))
            problems[place] = f"cannot open a tab on {step.tab.parent}: {error.message}; `{again}` opens it"
        if len(panes) == 1:
            hand_over(ctx, planned, "person")  # once more does no harm
    for place in planned.focus:
        with contextlib.suppress(ViewsyncError, KeyError):  # all are there, and another one is in front
            ctx.wezterm.activate(socket, panes[place])
            if planned.steps[place].zoomed:
                ctx.wezterm.zoom(socket, panes[place])
    return Opened(list(panes.values()), problems)


def _open(ctx: Context, socket: str, step: Step, panes: Mapping[int, int]) -> int:
    """Where it was; else, as where there is no room to split, in a tab, and if need be in a window of its own."""
    words = argv(ctx.env, step.tab)
    beside = panes.get(step.beside, next(iter(panes.values()), None))
    if step.into in ("right", "down") and step.beside in panes:
        with contextlib.suppress(ViewsyncError):
            return ctx.wezterm.split(socket, panes[step.beside], words, step.into, step.percent)
    window = ["--new-window", *(["--workspace", step.workspace] if step.workspace else [])]
    tab = ["--pane-id", str(beside)] if beside is not None else []
    for where in [window, tab] if step.into == "window" else [tab, []]:
        with contextlib.suppress(ViewsyncError):
            return _tab(ctx, socket, step, words, where)
    return _tab(ctx, socket, step, words, ["--new-window"])


def _tab(ctx: Context, socket: str, step: Step, words: Sequence[str], where: Sequence[str]) -> int:
    pane = ctx.wezterm.spawn(socket, words, *where)
    with contextlib.suppress(ViewsyncError):  # the tab is there, and WezTerm calls it tmux
        ctx.wezterm.set_tab_title(socket, pane, step.tab.title or step.tab.name)
    return pane


def _answering(ctx: Context) -> str:
    """The socket of a WezTerm that answers, if possible the one where we are; "" when none does. A socket that was left
    behind may have a living pid.
    """
    ours = "" if ctx.env.get("TMUX") else ctx.env.get("WEZTERM_UNIX_SOCKET", "")
    for socket in sorted(ctx.wezterm.guis().values(), key=lambda socket: socket != ours):
        with contextlib.suppress(ViewsyncError):
            ctx.wezterm.panes(socket)
            return socket
    return ""


def argv(env: Mapping[str, str], tab: ClosedTab) -> list[str]:
    window = ["--window", tab.window] if tab.window else []
    title = [f"--tab-title={tab.title}"] if tab.title else []
    host, place = host_names.of_server(tab.socket)
    where = [f"--host={host}"] if host else []
    server = ["-S" if place.startswith("/") else "-L", place]
    return [*paths.launch_argv(env), "open", *where, *server, *title, *window, "--", tab.parent]
