"""The keys that can be pressed, as tmux names them.

tmux types a name that it does not know as text, and drops keys that the program's terminal has no code for. Listed
here is what it has pressed since 3.2.
"""

from __future__ import annotations

import re

MOVING = (
    *(f"F{number}" for number in range(1, 13)),
    *("IC", "Insert", "DC", "Delete", "Home", "End", "Up", "Down", "Left", "Right"),
    *("NPage", "PageDown", "PgDn", "PPage", "PageUp", "PgUp"),
)
TYPING = ("Enter", "Escape", "Tab", "BTab", "Space", "BSpace")
KEYPAD = tuple(f"KP{key}" for key in (*"0123456789/*-+.", "Enter"))

_CONTROL = r"[A-Za-z@[\\\]^_?/-]"  # what has a control character
_NAMED = "|".join(map(re.escape, (*TYPING, *KEYPAD)))
_KEY = re.compile(
    rf"(?:[CMS]-)*(?:{'|'.join(MOVING)})|(?:C-|M-|C-M-|M-C-)?Space|(?:M-)?(?:{_NAMED})|(?:\^|C-|C-M-|M-C-){_CONTROL}",
    re.IGNORECASE,
)
_CONTROL_WORD = re.compile(rf"(?:C-|C-M-|M-C-){_CONTROL}|M-[!-~]")


def is_control_word(text: str) -> bool:
    """Whether a text is meant as a key by itself, `C-c` or `M-x`: modifiers and one character."""
    return _CONTROL_WORD.fullmatch(text) is not None


def is_key(word: str) -> bool:
    char = word.removeprefix("M-")
    return bool(_KEY.fullmatch(word)) or (len(char) == 1 and char.isprintable())


def like(word: str) -> str:
    """A key that somebody may have meant by `word`, "" when none comes to mind."""
    from viewsync.text.nearest import nearest

    meant = {"return": "Enter", "esc": "Escape", "backspace": "BSpace", "s-tab": "BTab"}
    found = nearest(word, (*MOVING, *TYPING, *KEYPAD), 1)
    return meant.get(word.lower(), found[0] if found else "")
