"""One session of another host, as its tmux tells of it: nothing of it is registered here."""

from __future__ import annotations

from viewsync.errors import MissingSession, TmuxError
from viewsync.hosts import reaching
from viewsync.projects.listing import Known
from viewsync.sessions.rules import health
from viewsync.text.nearest import did_you_mean
from viewsync.tmux import project_list, session_detail
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.tmux.rules.project_model import SeenSession


def find(far: Context, socket: str, name: str) -> tuple[Known, SeenSession]:
    """The session of exactly that name, and its windows. `far` reaches that host. MissingSession, TmuxError.

    Its process ids are nobody's here, so it is alive until its tmux says that all of its programs ended.
    """
    host = reaching.tmux_of(far).host
    try:
        found = project_list.read(far.tmux, socket)
    except ServerGone as error:
        raise MissingSession(f"there is no session {name!r}: {error.message}", error.hint) from None
    live = next((session for session in found.sessions if session.name == name), None)
    if live is None and not found.complete:
        raise TmuxError(f"cannot tell whether there is a session {name!r} on {socket}", "try again")
    if live is None:
        known = [session.name for session in found.sessions if not session.view]
        see = f"`viewsync list --host {host}` lists them"
        raise MissingSession(f"there is no session {name!r} on {socket}", did_you_mean(name, known, see, most=3))
    seen = session_detail.see(far.tmux, found.server, live.id, session_detail.DetailRequest([], [], []))
    shares = [one for one in found.sessions if live.group and one.group == live.group and one.id != live.id]
    panes = [pane for window in seen.windows for pane in window.panes]
    known_session = Known(
        name=name,
        socket=socket,
        identity=live.identity,
        command=live.command,
        about={},
        status=health.DEAD if panes and all(pane.dead for pane in panes) else health.ALIVE,
        doubt="",
        row=None,
        live=live,
        server=found.server,
        views=tuple(shares),
    )
    windows = (window._replace(panes=tuple(pane._replace(pid=0) for pane in window.panes)) for window in seen.windows)
    return known_session, seen._replace(windows=tuple(windows))
