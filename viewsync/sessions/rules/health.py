"""What tmux and the process table together say of one pane."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.registry.rules.lookup import SessionMatch

ALIVE = "alive"
DEAD = "dead"  # tmux keeps the pane of a program that ended
MISSING = "missing"  # no such session, or no such pane in it
ZOMBIE = "zombie"  # the pane is there, and its program is not
SERVER = "server"  # no tmux server runs on the socket
UNKNOWN = "unknown"  # the server did not answer: nothing may be concluded


class Health(NamedTuple):
    status: str
    session_exists: bool = False
    pane_exists: bool = False
    pane_dead: bool = False
    pid: int | None = None
    process_running: bool = False

    @property
    def server_running(self) -> bool:
        return self.status != SERVER


def judge(found: SessionMatch | None, running: bool) -> Health:
    """`found`: what the target means, None when no server runs. `running`: whether its pane's program does."""
    if found is None:
        return Health(SERVER)
    pane = found.pane
    if pane is None:
        return Health(MISSING, session_exists=bool(found.session))
    if pane.dead:
        return Health(DEAD, session_exists=True, pane_exists=True, pane_dead=True)
    status = ALIVE if running else ZOMBIE
    return Health(status, session_exists=True, pane_exists=True, pid=pane.pid or None, process_running=running)
