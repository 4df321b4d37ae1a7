"""The line of shell that starts a program which runs: of its words, as the system knows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "fish", "ksh", "ksh93", "mksh", "tcsh", "csh", "nu", "xonsh"))
_PLAIN = re.compile(r"[\w@%+=:,./-]+", re.ASCII)  # what no shell reads anything into


def is_shell(words: Sequence[str]) -> bool:
    """A shell that waits for its user, rather than one that runs a script or a line."""
    if not words or words[0].removeprefix("-").rpartition("/")[2] not in SHELLS:
        return False
    return all(each.startswith("-") for each in words[1:])  # `-c` has a word behind it


def line(words: Sequence[str]) -> str:
    """ "" for what cannot be typed. A program that wrote a title over its words (`npm run dev`) gave them as one."""
    found = list(words)
    if len(found) > 1 and not any(found[1:]):
        found = found[:1]
    if len(found) == 1 and " " in found[0]:
        found = found[0].split()
    text = " ".join(each if _PLAIN.fullmatch(each) else quoted(each) for each in found)
    return text if text.isprintable() else ""


def quoted(word: str) -> str:
    """One word for any shell of the family of sh."""
    return "'" + word.replace("'", "'\"'\"'") + "'"
