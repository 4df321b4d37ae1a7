"""How the programs that read a terminal take what is pasted and typed into them: by their names.

What is said here of a program was seen in it: gdb 13, sqlite3 3.40, Python 3.11 and 3.13, ksh93, mksh,
tcsh 6.24, busybox 1.35, irb 1.6, ftp, gnuplot 5.4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Their text is keys, and a paste goes into the file, or nowhere.
_KEYED = re.compile(
    r"vi|vim([.]\w+)?|view|vimdiff|rvim|nvim|nvi|vile|elvis|ex|hx|helix|kak|emacs|vifm|ranger|lf|nnn|mc|mcedit"
    r"|less|more|most|man|tig|lazygit|gitui|k9s|htop|top|btop"
)
# Behind these may be any of those, on another machine or another terminal.
_OPAQUE = re.compile(
    r"(ssh|mosh-client|mosh|telnet|et|tmux|screen|dtach|abduco|docker|podman|kubectl|nerdctl|lxc|machinectl|nsenter"
    r"|sudo|doas|su|script|git|crontab|sudoedit)(:.*)?"
)


def is_keyed(names: Iterable[str]) -> bool:
    """Whether what is typed is a command for each key, so that a paste means something else than typing."""
    return any(_KEYED.fullmatch(name) for name in names)


def may_hide(names: Iterable[str]) -> bool:
    return any(_OPAQUE.fullmatch(name) for name in names)
