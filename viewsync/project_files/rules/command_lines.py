"""The line of shell that starts a program which runs: of its words, as the system knows them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from viewsync.text import shell_names

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_shell(words: Sequence[str]) -> bool:
    """A shell that waits for its user, rather than one that runs a script or a line."""
    if not words or words[0].removeprefix("-").rpartition("/")[2] not in shell_names.ALL:
        return False
    return all(each.startswith("-") for each in words[1:])  # `-c` has a word behind it


def line(words: Sequence[str]) -> str:
    """ "" for what cannot be typed. A program that wrote a title over its words (`npm run dev`) gave them as one."""
    found = list(words)
    if len(found) > 1 and not any(found[1:]):
        found = found[:1]
    if len(found) == 1 and " " in found[0]:
        found = found[0].split()
    text = shlex.join(found)
    return text if text.isprintable() else ""
