"""The shape of the registry's file, for the type checker: nothing needs this module at run time.

Any field may be missing, and others write these rows, too: an unknown key is kept wherever a row is copied whole
(`{**row, ...}`), a value of another kind counts as none (store/registry_file.py, registry/rules/row.py).
"""

from __future__ import annotations

from typing import TypedDict

from viewsync.typed import Any


class SessionRow(TypedDict, total=False):
    """What each field says is in registry/rules/row.py. Times that end in _at or _active are ISO 8601 in UTC."""

    socket: str
    target: str
    type: str
    pid: int
    pid_start: float
    place: str
    created_at: str
    last_active: str
    server: str  # "pid.start"
    session_id: str
    pane_id: str
    state: str
    maker: int
    maker_start: float
    maker_place: str
    revision: int
    project: Any  # an object as projects/reserving.py writes it; other writers put the name alone
    attached_since: float  # epoch seconds, as history/rules/presence.py has them
    ended_at: float
    quarantined: bool
    quarantined_at: str
    reason: str
    evidence: str


class ViewRow(TypedDict, total=False):
    """What each field says is in views/rules/tracking.py."""

    socket: str
    server: str | None  # "pid.start"
    place: str
    session_id: str
    parent: str
    parent_id: str
    state: str
    created: float  # epoch seconds, as idle_since
    pid: int
    pid_start: float  # epoch seconds, as the other starts
    tty: str
    leader: int
    leader_start: float
    opener: int
    moved_from: str
    put_on: float  # epoch seconds
    gui: int
    gui_start: float
    pane: int
    title: str  # of the tab
    window: str
    attached: bool
    idle_since: float
    idle_awake: float  # the same moment in seconds that the machine was awake
    detour: str
    told_as: str  # its name in the history, where it has another one by now
    adopted: bool
    pinned: bool
    verdict: str  # why the last sweep kept it
    quarantined: bool
    quarantined_at: str
    reason: str
    evidence: str


class GuiRow(TypedDict, total=False):
    """A WezTerm, by its process id: a GUI, or the server of a mux domain."""

    start: float  # epoch seconds
    place: str
    socket: str  # of a mux domain's server: nobody else tells of its panes, and no name of a file has its id
    told: float  # when the Lua module in it last told us of its panes, epoch seconds
    ttys: list[str]  # of its panes
    changed: dict[str, float]  # when each terminal was made, as far as it is known
    layout: list[dict[str, Any]]  # as views/rules/layouts.py has it; kept for `restore` after it is gone
    placed: float  # when that was told, epoch seconds


class RegistryData(TypedDict):
    version: str
    sessions: dict[str, SessionRow]
    views: dict[str, ViewRow]
    guis: dict[str, GuiRow]
