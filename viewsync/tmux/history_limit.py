"""How many lines the panes of a new session keep: up to tmux 3.7 as many as the session said when they were made."""

from __future__ import annotations

from viewsync.tmux.rules.language import quoted


def making(session: str, lines: int, window: str) -> list[str]:
    """For the step that made the session of that name. Its first window, which runs nothing of the user's, gives its
    place to one that `window` describes, the words behind `new-window`.
    """
    limit = f"set-option -t {quoted(f'={session}:')} history-limit {lines}"
    return [limit, f"new-window -k -t {quoted(f'={session}:^')} {window}"]
