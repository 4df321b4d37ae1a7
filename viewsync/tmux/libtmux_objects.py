"""Sessions as objects of libtmux. The only module that imports it: 50 ms, so only who wants objects imports this one.

What an object does is libtmux's: a process or more for each call, and no bound on how long it takes. So it is given
out only for a server that answers, and for exactly the session that is meant. Whose the socket is is asked each time.
"""

from __future__ import annotations

import libtmux

from viewsync.errors import MissingSession
from viewsync.tmux import sockets
from viewsync.tmux.rules.language import if_session, same_server
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux


class _Ours(libtmux.Server):
    """Every command of libtmux asks for the socket's path, and gets it while the socket is ours. Foreign."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name == "socket_path":
            sockets.must_be_ours(str(found))
        return found


def session(tmux: Tmux, server: Server, session_id: str) -> libtmux.Session:
    """MissingSession when it is gone, or its server is another one by now."""
    same = same_server(server)
    asked = if_session(session_id, same, "display-message -p there", "")
    if "there" not in tmux.ask(server.socket, "if-shell", "-F", "1", asked).split():
        raise MissingSession(f"the session {session_id} on {server.socket} is gone")
    objects = _Ours(socket_path=server.socket, tmux_bin=tmux.program)
    return libtmux.Session.from_session_id(objects, session_id)
