"""The sessions of another host, as its tmux tells of them: nothing of them is registered here."""

from __future__ import annotations

from viewsync.hosts import asking, reaching
from viewsync.sessions.rules import health
from viewsync.tmux import pane_list
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import groups

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.tmux.rules.model import Pane
    from viewsync.views.rules.groups import View


class FarSession(NamedTuple):
    name: str
    socket: str
    target: str
    status: str  # ALIVE or DEAD, as its tmux says
    created: float  # epoch seconds of our own clock
    quarantined: bool
    views: tuple[View, ...]


def everywhere(ctx: Context, host: str) -> tuple[list[FarSession], list[str]]:
    """Those of one host or of all, and why some have not told. TmuxError where none has."""
    answers, problems = asking.each(ctx, host, sessions)
    return [session for answer in answers.values() for session in answer], problems


def sessions(ctx: Context, host: str, label: str = "", path: str = "") -> list[FarSession]:
    """Those of one of its servers, by name; none where its tmux says that no server runs. TmuxError where the host does
    not say.
    """
    tmux = reaching.far_tmux(ctx, host)
    tmux.asks_clock = True
    try:
        reading = pane_list.read(tmux, reaching.socket(host, label, path))
    except ServerGone:
        return []
    shared = groups.index(reading)
    shown: dict[str, Pane] = {}
    for pane in reading.panes:
        if not (pane.marked or pane.old_mark) and (pane.session not in shown or (pane.window_active and pane.active)):
            shown[pane.session] = pane
    found = [
        FarSession(
            name=pane.session_name,
            socket=reading.server.socket,
            target=pane.place,
            status=health.DEAD if pane.dead else health.ALIVE,
            created=pane.created - (tmux.ahead or 0.0),
            quarantined=pane.quarantined,
            views=tuple(groups.views(shared, pane.session, ())),
        )
        for pane in shown.values()
    ]
    return sorted(found)
