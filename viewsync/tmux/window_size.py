"""The size of new windows: where `new-session -x -y` does not give it (up to 3.2a, and up to 3.5a while anybody is on
any session of the server), and where `window-size manual` ends the server.

For the second, trap J, the option has another value while the window is made. Sizes of other windows stay, since tmux
computes them anew, from what they were given, as soon as it is back (seen on 3.3a to 3.6b).
"""

from __future__ import annotations

from viewsync.tmux.rules import versions
from viewsync.tmux.rules.language import both, equal, quoted
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.tmux.server import Tmux

ASKED = ("show-options", "-gwv", "window-size")
MANUAL = "manual"
_OTHER, _BACK = "set-option -gw window-size latest", "set-option -gw window-size manual"


def given(session: str, size: tuple[int, int]) -> str:
    """For the step that makes the session of that name. A size that is given stays the window's own, whoever attaches,
    so that option goes again.
    """
    target, (width, height) = quoted(f"={session}:"), size
    other = f"#{{!=:#{{window_width}}x#{{window_height}},{width}x{height}}}"
    meant = quoted(both(equal("session_name", session), other))
    resize = f"resize-window -t {target} -x {width} -y {height} ; set-option -w -u -t {target} window-size"
    return f"if-shell -F -t {target} {meant} {{ {resize} }}"


def lines(making: str) -> str:
    """Lines of a file that make windows, in a server that may die of it. tmux reads all of a file before it begins,
    so that both conditions are of the option as it was.
    """
    condition = quoted(versions.ENDED_BY_A_WINDOW)
    return f"%if {condition}\n{_OTHER}\n%endif\n{making}%if {condition}\n{_BACK}\n%endif\n"


def around(making: str) -> str:
    """A command that makes a window, where it is known that the server would die of it. One that fails ends only what
    is in the same braces.
    """
    return f"{_OTHER} ; if-shell -F 1 {{ {making} }} ; {_BACK}"


def is_manual(tmux: Tmux, socket: str) -> bool:
    """For all windows."""
    return tmux.ask(socket, *ASKED).strip() == MANUAL
