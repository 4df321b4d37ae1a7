"""What runs: the project sessions of a server, and one of them in detail."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.tmux.rules.layout_tree import Cell
    from viewsync.tmux.rules.marks import Identity
    from viewsync.tmux.rules.model import Server


class LiveSession(NamedTuple):
    """One session of a server, as it was read; times in epoch seconds, 0 for never."""

    id: str  # "$7"
    name: str
    created: int
    last_attached: int
    activity: int  # when somebody typed in it, or in another one of its group
    output: int  # when a window of it last showed something new
    attached: bool  # anyone at all is on it, suspended and locked clients included
    in_use: bool  # or on another session of its group
    group: str
    view: bool
    windows: tuple[str, ...]  # the ids of those that it shows
    panes: tuple[int, ...]  # the process of each, 0 for a dead one
    identity: Identity | None  # None for a session that is no project's
    command: str
    quarantined: bool = False  # in tmux
    pinned: bool = False
    pane_ids: tuple[str, ...] = ()

    @property
    def pids(self) -> dict[str, int]:
        """The process of each pane, by the pane's id."""
        return dict(zip(self.pane_ids, self.panes, strict=True))


class Sessions(NamedTuple):
    """All sessions of one server, read in one call. `complete` is False when any line was not understood."""

    server: Server
    sessions: tuple[LiveSession, ...]
    complete: bool


class SeenPane(NamedTuple):
    id: str
    number: int  # its index in tmux
    key: str  # its place in the plan's window, "" for somebody else's
    active: bool
    folder: str  # that it was started in
    command: str  # the program in its foreground
    dead: bool
    pid: int
    untyped: bool = False  # its commands are to be typed yet
    partly: bool = False  # the first of them were typed, the others not


class SeenWindow(NamedTuple):
    id: str
    number: int  # its index in tmux
    key: str  # which of the plan's windows it is, "" for somebody else's
    name: str
    layout: str  # the one that it got, as the plan said it
    active: bool
    placeholder: bool
    options: Mapping[str, str]  # of those that were asked for
    panes: tuple[SeenPane, ...]
    shown: Cell | None = None  # how its panes stand, zoomed or not; None when that is not known
    columns: int = 0  # the most that the layout `tiled` has, 0 for any


class SeenSession(NamedTuple):
    id: str
    name: str
    folder: str
    options: Mapping[str, str]  # of those that were asked for
    environment: Mapping[str, str]  # of those that were asked for
    windows: tuple[SeenWindow, ...]
