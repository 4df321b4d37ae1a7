"""What viewsync runs, for a log at `debug`: which program and which of its commands. Arguments may be secrets."""

from __future__ import annotations

import itertools
import os

from viewsync.system import process
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import logging
    from collections.abc import Sequence


def start(log: logging.Logger) -> None:
    """From now on, in this process."""

    def told(argv: Sequence[str], outcome: str, seconds: float) -> None:
        log.debug("%s: %s after %.0f ms", said(argv), outcome, seconds * 1000)

    process.told = told


def said(argv: Sequence[str]) -> str:
    """`tmux -S SOCKET new-session ; set-option`, `git worktree`: as tmux/server.py and git_worktrees.py call them."""
    name = os.path.basename(argv[0])
    if list(argv[1:3]) == ["-u", "-S"]:
        words = [";", *argv[4:]]
        commands = [word for before, word in itertools.pairwise(words) if before == ";"]
        return f"{name} -S {argv[3]} {' ; '.join(commands)}"
    return f"{name} {argv[3]}" if list(argv[1:2]) == ["-C"] else name
