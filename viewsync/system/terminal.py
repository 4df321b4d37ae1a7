"""Our own terminal: what it is, and what we tell it."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import select
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEAF = ("dumb", "linux", "")  # terminals that would show an unknown sequence, or none at all
_READING = 0.02  # seconds in which a terminal that is not overloaded reads a line


def name() -> str:
    """Its path, "" when input or output is none: tmux needs both."""
    try:
        return os.ttyname(0) if os.isatty(1) else ""
    except OSError:
        return ""


def is_session_leader() -> bool:
    """Whether we are the first process of the terminal, as in a tab that was opened on us."""
    return os.getsid(0) == os.getpid()


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


def wait_for_key(seconds: float) -> None:
    """Until somebody presses Enter, or that long."""
    with contextlib.suppress(OSError):
        select.select([0], [], [], seconds)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")
