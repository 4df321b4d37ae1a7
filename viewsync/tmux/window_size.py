"""The size of a new session's window, where `new-session -x -y` does not give it."""

from __future__ import annotations

from viewsync.tmux.rules import versions
from viewsync.tmux.rules.language import both, equal, quoted


def given(session: str, size: tuple[int, int]) -> str:
    """For the step that makes the session of that name. A size that is given stays the window's own, whoever attaches,
    so that option goes again.
    """
    target, (width, height) = quoted(f"={session}:"), size
    meant = quoted(both(equal("session_name", session), versions.IGNORES_SIZES))
    resize = f"resize-window -t {target} -x {width} -y {height} ; set-option -w -u -t {target} window-size"
    return f"if-shell -F -t {target} {meant} {{ {resize} }}"
