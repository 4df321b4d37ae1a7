"""Our own terminal: what it is, and what we tell it."""

from __future__ import annotations

import os
import select
import time

from viewsync.light import contextlib, re
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEAF = ("dumb", "linux", "")  # terminals that would show an unknown sequence, or none at all
_READING = 0.02  # seconds in which a terminal that is not overloaded reads a line
_TERMINFO = {b"\x1a\x01": 2, b"\x1e\x02": 4}  # how a compiled entry begins, and how long its numbers are: term(5)
_TERMINFO_HEAD = 12  # bytes
_TERMINFO_FOLDERS = ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/local/share/terminfo")
_GENERIC, _HARDCOPY = 6, 7  # among its flags: too little is known of it, and it is paper
_CLEAR, _CUP = 5, 10  # among its strings


def name() -> str:
    """Its path, "" when input or output is none: tmux needs both."""
    try:
        return os.ttyname(0) if os.isatty(1) else ""
    except OSError:
        return ""


def is_session_leader() -> bool:
    """Whether we are the first process of the terminal, as in a tab that was opened on us."""
    return os.getsid(0) == os.getpid()


def suits_tmux(env: Mapping[str, str]) -> bool | None:
    """Whether the terminal of that TERM can clear its screen and place its cursor, as tmux needs; None where that is
    not known, since no terminfo entry was found, or one that says too little. Python's curses takes long to load.
    """
    entry = _terminfo(env)
    if not env.get("TERM"):
        return False
    if entry[:2] not in _TERMINFO:
        return None
    names, flags, numbers, strings = (int.from_bytes(entry[at : at + 2], "little") for at in (2, 4, 6, 8))
    begin = _TERMINFO_HEAD + names
    if any(entry[begin + flag : begin + flag + 1] == b"\1" for flag in (_GENERIC, _HARDCOPY) if flag < flags):
        return None
    begin += flags
    begin += begin % 2 + numbers * _TERMINFO[entry[:2]]
    offsets = [entry[begin + 2 * at : begin + 2 * at + 2] for at in (_CLEAR, _CUP) if at < strings]
    return len(offsets) == 2 and all(offset[1:] < b"\x80" for offset in offsets)  # what is not there is negative


def _terminfo(env: Mapping[str, str]) -> bytes:
    """The compiled entry of TERM, b"" where there is none in the places that are known here."""
    term = env.get("TERM", "")
    if not term or "/" in term or term.startswith("."):
        return b""
    named = [env.get("TERMINFO", ""), os.path.join(env.get("HOME", ""), ".terminfo")]
    for folder in (*named, *env.get("TERMINFO_DIRS", "").split(":"), *_TERMINFO_FOLDERS):
        for under in (term[0], f"{ord(term[0]):x}") if folder else ():
            with contextlib.suppress(OSError), open(os.path.join(folder, under, term), "rb", buffering=0) as file:
                return file.read()
    return b""


def announce(variables: Mapping[str, str], title: str) -> float:
    """Tell WezTerm user variables (OSC 1337) and the title (OSC 0); when that was, for `let_read`.

    Other terminals pass over them. The values travel in base64, the title without control characters: nothing in
    them commands the terminal.
    """
    if os.environ.get("TERM", "") in _DEAF:
        return 0.0
    text = "".join(f"\033]1337;SetUserVar={key}={_base64(value)}\a" for key, value in variables.items())
    if title:
        text += "\033]0;" + re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", title) + "\a"
    with contextlib.suppress(OSError):
        os.write(1, text.encode("utf-8", "replace"))
    return time.monotonic()


def let_read(told: float) -> None:
    """Give the terminal a moment since `told`: when tmux attaches, it discards what was not read yet (TCOFLUSH).

    No terminal says that it has read. The registry's write has mostly taken that long already.
    """
    time.sleep(max(0.0, min(_READING, told + _READING - time.monotonic())) if told else 0.0)


def leave_screen() -> None:
    """As a program would have that was killed while it had the whole screen, the cursor and the mouse."""
    with contextlib.suppress(OSError):
        os.write(1, b"\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l\033[?1049l\033[?25h\033[m\r")


def wait_for_key(seconds: float) -> None:
    """Until somebody presses Enter, or that long."""
    with contextlib.suppress(OSError):
        select.select([0], [], [], seconds)


def _base64(text: str) -> str:
    import binascii  # base64 would import `re` and `struct` for the same

    return binascii.b2a_base64(text.encode("utf-8", "surrogateescape"), newline=False).decode("ascii")
