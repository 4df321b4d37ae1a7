"""What the panes of one session show of their programs, in one call."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.tmux.rules.language import if_session, same_server
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

_PANE = "#{pane_id} #{window_index}.#{pane_index} #{pane_pid} #{pane_dead} #{cursor_x},#{cursor_y},#{history_size} "
_PANE += "#{pane_tty}"


class PaneState(NamedTuple):
    place: str  # "window.pane", by index
    pid: int
    dead: bool
    cursor: str  # where it stands, and how many lines are above; other for each output that moves it
    tty: str

    @property
    def moved(self) -> bool:
        return self.cursor != "0,0,0"


def read(tmux: Tmux, server: Server, session: str) -> dict[str, PaneState]:
    """By the pane's id; none when the session is gone."""
    same = same_server(server)
    rows = f"list-panes -s -t '{session}:' -F '{_PANE}'"
    out = tmux.ask(server.socket, "if-shell", "-F", "1", if_session(session, same, rows, "display-message -p gone"))
    try:
        return {row[0]: _shown(row[1:]) for row in (line.split(" ", 5) for line in out.splitlines()) if row != ["gone"]}
    except (IndexError, ValueError):
        raise TmuxError(f"the tmux server on {server.socket} gave an incomplete answer") from None


def _shown(row: list[str]) -> PaneState:
    return PaneState(row[0], int(row[1] or 0), row[2] == "1", row[3], row[4])
