"""Which views a WezTerm that is gone had when it went, from the history."""

from __future__ import annotations

from viewsync.events import DETACH, END, GONE, OPEN, RESTORE, REUSE
from viewsync.text import host_names
from viewsync.tmux.rules.model import KEEP, PROMOTE
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import layouts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from viewsync.events import Event
    from viewsync.views.rules.layouts import PlacedPane

    Views = dict[str, list[Event]]

OPENED = (OPEN, REUSE)
CLOSED = (DETACH, END, PROMOTE, GONE)
AT_MOST = 7 * 86400.0  # seconds since a WezTerm went: who wanted its tabs back has opened them since
TOGETHER = 10.0  # seconds: what a crash closes, it closes at once; a tab closed before that was closed on purpose


class ClosedTab(NamedTuple):
    parent: str
    socket: str
    server: str
    window: str  # "@5", its current window when it was last seen
    opened: float  # epoch seconds; tabs come back in the order in which they were opened
    title: str = ""  # of its own, with its icon
    tty: str = ""  # the terminal that it had

    @property
    def host(self) -> str:
        """ "" for this one."""
        return host_names.of_server(self.socket)[0]

    @property
    def name(self) -> str:
        """What it is called where nobody has said so, as `open` does."""
        return f"{self.parent} on {self.host}" if self.host else self.parent


class Step(NamedTuple):
    """How a tab is opened again. `beside`: the place in the list of the one whose window it goes into, or which it is
    split from; -1 for the window where one is.
    """

    tab: ClosedTab
    into: str  # "tab", "window", "right" or "down"
    beside: int = -1
    percent: int = 0  # that a split has of the room
    workspace: str = ""  # of a window
    zoomed: bool = False  # its tab shows it alone


class Gui(NamedTuple):
    """A WezTerm. Its pid comes back, so it is known by its start as well; that is 0 where nobody wrote it down."""

    pid: int
    start: float


NO_GUI = Gui(0, 0.0)


def lost_tabs(events: Iterable[Event], lives: Callable[[Gui], bool], since: float = 0.0) -> tuple[Gui, list[ClosedTab]]:
    """The WezTerm that went last, and its tabs; (NO_GUI, []) when there is none to restore. `events` in any order.

    One that went before `since` is not meant, nor one that went before another which was restored: who has restored
    the last one and asks again does not want those of a WezTerm before it, unless both went together.
    """
    gone: dict[Gui, Views] = {}
    done: set[Gui] = set()
    for gui, found in _by_gui(sorted(events, key=lambda event: event.at)):
        if found.event == RESTORE:
            since = max(since, _went(gone.pop(gui, {})) - TOGETHER)
            done.add(gui)
        elif gui not in done or not gui.start:  # a number may have come back, a WezTerm does not
            gone.setdefault(gui, {}).setdefault(found.session, []).append(found)
    went = {gui: _went(views) for gui, views in gone.items() if gui.pid and not lives(gui)}
    gui = max(went, key=lambda each: went[each], default=NO_GUI)
    if gui == NO_GUI or went[gui] < since:
        return NO_GUI, []
    return gui, _tabs(list(gone[gui].values()))


def _went(views: Views) -> float:
    """When a WezTerm went. That a view is gone may be noticed much later."""
    events = [event for view in views.values() for event in view]
    return max([event.at for event in events if event.event != GONE] or [event.at for event in events], default=0.0)


def _by_gui(events: Sequence[Event]) -> Iterator[tuple[Gui, Event]]:
    """Each with the WezTerm that it is of. Where only the pid was written down: the one that last had it then."""
    starts: dict[int, float] = {}
    for event in reversed(events):
        if event.gui_start:
            starts[event.gui] = event.gui_start
    for event in events:
        starts[event.gui] = event.gui_start or starts.get(event.gui, 0.0)
        yield Gui(event.gui, starts[event.gui]), event


def arranged(tabs: Sequence[ClosedTab], layout: Sequence[PlacedPane]) -> tuple[list[Step], list[int]]:
    """The tabs in the order in which to open them, each where its terminal was when the layout was told; and which of
    them to go to, one after the other. The first window's come where one is, and behind them those that nobody placed.
    """
    by_tty = {tab.tty: tab for tab in tabs if tab.tty}
    layout = list({pane.tty or at: pane for at, pane in enumerate(layout)}.values())
    steps: list[Step] = []
    focus: list[int] = []
    fronts: list[int] = []
    windows = sorted({pane.window for pane in layout if pane.tty in by_tty})
    for window in windows:
        begun = len(steps)
        panes = [pane for pane in layout if pane.window == window]
        for number in dict.fromkeys(pane.tab for pane in panes):
            at = len(steps)
            for start in layouts.starts(
                [pane for pane in panes if pane.tab == number], lambda pane: pane.tty in by_tty
            ):
                into, beside = start.into, at + start.beside
                if into == "tab":
                    into, beside = _place(steps, begun)
                pane = start.pane
                steps.append(Step(by_tty.pop(pane.tty), into, beside, start.percent, pane.workspace, pane.zoomed))
                if pane.active:
                    (fronts if pane.front else focus).append(len(steps) - 1)
            split = any(step.into in ("right", "down") for step in steps[at:])
            focus = [place for place in focus if place < at or split]
    placed = {step.tab for step in steps}
    steps += [Step(tab, "tab") for tab in tabs if tab not in placed]
    return steps, [*focus, *fronts]


def _place(steps: Sequence[Step], begun: int) -> tuple[str, int]:
    """Where the next tab of a window goes whose first step is at `begun`."""
    if begun < len(steps):
        return "tab", begun if begun else -1
    return ("window", -1) if begun else ("tab", -1)


def _tabs(views: list[list[Event]]) -> list[ClosedTab]:
    ends = [_closed_at(view) for view in views]
    last = max([*ends, *(event.at for view in views for event in view if _was_there(event))], default=0.0)
    tabs = [
        _tab(view)
        for view, end in zip(views, ends, strict=True)
        if any(event.event in OPENED for event in view) and (not end or last - end <= TOGETHER)
    ]
    return _last_of_each(sorted(tabs, key=lambda tab: tab.opened))


def _was_there(event: Event) -> bool:
    """Whether it tells that a tab on another host was there then, and so its WezTerm (views/far_tabs.py)."""
    return event.event in (OPEN, KEEP) and bool(host_names.of_server(event.socket)[0])


def _last_of_each(tabs: Sequence[ClosedTab]) -> list[ClosedTab]:
    """A tab whose client went to another session has left views behind: it was on the last one. Each in the place of
    the first.
    """
    last = {tab.tty: tab for tab in tabs if tab.tty}
    first: dict[str, ClosedTab] = {}
    for tab in tabs:
        first.setdefault(tab.tty or str(id(tab)), tab)
    return [last.get(tab.tty, tab)._replace(opened=tab.opened) for tab in first.values()]


def _closed_at(view: list[Event]) -> float:
    """When its tab was closed, 0 while it is open. What follows a detach is only the clean-up of it."""
    closed = 0.0
    for event in view:
        if event.event in OPENED:
            closed = 0.0
        elif event.event in CLOSED and not closed:
            closed = event.at
    return closed


def _tab(view: list[Event]) -> ClosedTab:
    opened = [event for event in view if event.event in OPENED][-1]
    # "gone" is said by who did not see the view any more, and knows its window only from the row.
    seen = sorted((event for event in view if event.window), key=lambda each: each.event != "gone")
    window = seen[-1].window if seen else ""
    parent, at = view[-1].parent or opened.parent, _opened_at(opened, view)
    return ClosedTab(parent, opened.socket, opened.server, window, at, opened.detail, opened.tty)


def _opened_at(opened: Event, view: list[Event]) -> float:
    """One sweep tells of many openings at once; how long a view was there is told of each at its end."""
    ends = [event for event in view if event.seconds is not None and event.event != DETACH]
    return ends[-1].at - (ends[-1].seconds or 0.0) if opened.event == OPEN and ends else opened.at
