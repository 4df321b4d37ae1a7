"""The ids of tmux: `$1` a session, `@1` a window, `%1` a pane."""

from __future__ import annotations


def is_id(kind: str, text: str) -> bool:
    """`kind`: its first character."""
    return text[:1] == kind and text[1:].isdecimal()
