"""Say in tmux itself that no clean-up may end a session: there it holds whatever the session is called, and for every
registry.
"""

from __future__ import annotations

from viewsync.tmux.rules.language import if_session, same_server
from viewsync.tmux.rules.model import QUARANTINE
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux


def put(tmux: Tmux, server: Server, session: str) -> bool:
    """False when the session, by its id, is gone, or its server is another one."""
    return _say(tmux, server, session, f"set-option -t '{session}:' {QUARANTINE} '{session}'")


def lift(tmux: Tmux, server: Server, session: str) -> bool:
    return _say(tmux, server, session, f"set-option -u -t '{session}:' {QUARANTINE}")


def _say(tmux: Tmux, server: Server, session: str, command: str) -> bool:
    guarded = if_session(session, same_server(server), f"{command} ; display-message -p done", "")
    return "done" in tmux.ask(server.socket, "if-shell", "-F", "1", guarded).split()
