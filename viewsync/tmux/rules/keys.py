"""The keys that can be pressed, as tmux names them.

tmux types a name that it does not know as text, and drops keys that the program's terminal has no code for. Listed
here is what it has pressed since 3.2, and apart from that the keys that only extended keys have a code for: where the
program has not asked for those, 3.2 to 3.4 type the name of S-Enter as text and drop C-Enter, and newer ones press
Enter for both (seen in all of them).
"""

from __future__ import annotations

from viewsync.light import re

MOVING = (
    *(f"F{number}" for number in range(1, 13)),
    *("IC", "Insert", "DC", "Delete", "Home", "End", "Up", "Down", "Left", "Right"),
    *("NPage", "PageDown", "PgDn", "PPage", "PageUp", "PgUp"),
)
TYPING = ("Enter", "Escape", "Tab", "BTab", "Space", "BSpace")
KEYPAD = tuple(f"KP{key}" for key in (*"0123456789/*-+.", "Enter"))

_CONTROL = r"[A-Za-z@[\\\]^_?/-]"  # what has a control character
_NAMED = "|".join(name if name.isalnum() else f"{name[:-1]}[{name[-1]}]" for name in (*TYPING, *KEYPAD))  # KP+
_KEY = re.compile(
    rf"(?:[CMS]-)*(?:{'|'.join(MOVING)})|(?:C-|M-|C-M-|M-C-)?Space|(?:M-)?(?:{_NAMED})|(?:\^|C-|C-M-|M-C-){_CONTROL}",
    re.IGNORECASE,
)
_EXTENDED = r"((?:[CMS]-)+)(Enter|Tab|Space|Escape|BSpace|.)"  # compiled where it is asked for: seldom
_CODES = {"enter": 13, "tab": 9, "space": 32, "escape": 27, "bspace": 127}
_CONTROL_WORD = re.compile(rf"(?:C-|C-M-|M-C-){_CONTROL}|M-[!-~]")


def is_control_word(text: str) -> bool:
    """Whether a text is meant as a key by itself, `C-c` or `M-x`: modifiers and one character."""
    return text[1:2] == "-" and _CONTROL_WORD.fullmatch(text) is not None


def is_key(word: str) -> bool:
    return _is_plain(word) or bool(extended(word))


def _is_plain(word: str) -> bool:
    char = word.removeprefix("M-")
    return bool(_KEY.fullmatch(word)) or (len(char) == 1 and char.isprintable())


def extended(word: str) -> str:
    """The code of a key that only extended keys have one for, as programs know it that asked tmux or another terminal
    for them (`CSI 13;2u`); "" for any other word. A shifted Tab has always had one.
    """
    match = re.fullmatch(_EXTENDED, word, re.IGNORECASE)
    if not match or _is_plain(word):
        return ""
    modifiers, name = set(match[1].upper()) - {"-"}, match[2]
    if len(name) == 1 and not ("C" in modifiers and name.isprintable()):
        return ""  # a shifted letter is another letter
    if modifiers == {"S"} and name.lower() == "tab":
        return "\033[Z"
    held = 1 + ("S" in modifiers) + 2 * ("M" in modifiers) + 4 * ("C" in modifiers)
    return f"\033[{_CODES.get(name.lower()) or ord(name.lower())};{held}u"


def like(word: str) -> str:
    """A key that somebody may have meant by `word`, "" when none comes to mind."""
    from viewsync.text.nearest import nearest

    meant = {"return": "Enter", "esc": "Escape", "backspace": "BSpace", "s-return": "S-Enter", "c-return": "C-Enter"}
    found = nearest(word, (*MOVING, *TYPING, *KEYPAD), 1)
    return meant.get(word.lower(), found[0] if found else "")
