"""The windows of all sessions of one server, in one call."""

from __future__ import annotations

from viewsync.light import re
from viewsync.tmux import rows
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.server import Tmux


class Window(NamedTuple):
    """As one session shows it: sessions of a group have the same windows, each with its own current one."""

    id: str  # "@5"
    number: int  # its index
    name: str
    current: bool


# Names hold no raw tab or newline (3.2 and newer store them escaped).
_WINDOW = "W\t#{session_id}\t#{window_id}\t#{window_index}\t#{window_active}\t#{window_name}"


def read(tmux: Tmux, socket: str) -> dict[str, list[Window]]:
    """By session id. TmuxError when the server says nothing usable; a window that is not understood is left out."""
    windows: dict[str, list[Window]] = {}

    def take(row: list[str]) -> None:
        session, window, index, current, name = row
        if not re.fullmatch(r"\$\d+ @\d+", f"{session} {window}"):
            raise ValueError(row)
        windows.setdefault(session, []).append(Window(window, int(index), name, current == "1"))

    asked = [["list-windows", "-a", "-F", _WINDOW], ["display-message", "-p", rows.SERVER]]
    rows.read(socket, tmux.ask_all(socket, asked), {"W": take})
    return windows
