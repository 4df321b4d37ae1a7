"""Names of sessions: what a template gives, as tmux keeps it, and never longer than the limit.

A name says nothing for certain. Two sessions are one only where their identities are, and where a name does not tell
what it stands for any more, because it was cut or because letters were lost, a tail made from the identity does.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.tmux.rules import session_names
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.tmux.rules.marks import Identity

LONGEST = 60
DEFAULT = "{{project}}-{{worktree}}-{{task}}"
TASK = "dev"  # of a command that names none
_TAIL = 8  # characters of it
_KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_CONSTANT = re.compile(r"\{% raw %\}.*?\{% endraw %\}|\{\{ \"(?:[^\"\\]|\\.)*\" \| expandvars \}\}", re.DOTALL)
_VARIABLE = re.compile(r"\{\{|\{%")


def base(text: str, root: str, parts: tuple[str, ...]) -> str:
    """Of what the template gave. `root` and `parts`: what the name stands for."""
    name = _plain(text)
    if len(name) <= LONGEST and not _loses(text):
        return name
    tail = _hash("\0".join((root, *parts, text)))
    kept = name[: LONGEST - _TAIL - 1].strip("-") or "session"
    return f"{kept}-{tail}"


def keeps(name: str) -> bool:
    """Whether a session can have that very name, which its file gives."""
    return len(name) <= LONGEST and name.isprintable() and name == name.strip() and not session_names.refusal(name)


def varies(template: str) -> bool:
    """Whether what comes of it depends on anything that is not the user's own."""
    return bool(_VARIABLE.search(_CONSTANT.sub("", template)))


def allocate(base: str, identity: Identity, taken: Mapping[str, Identity | None]) -> tuple[str, bool]:
    """The session's name, and whether it is there already.

    `taken`: all names there are, with the identity of those that are a project's.
    """
    for name, other in taken.items():
        if other == identity:
            return name, True
    number = 1
    name = base
    while name in taken:
        number += 1
        suffix = f"-{number}"
        name = base[: LONGEST - len(suffix)].rstrip("-") + suffix
    return name, False


def folder(text: str) -> str:
    """A part of a folder's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "worktree"


def _plain(text: str) -> str:
    """Lower-case letters, digits, `_` and single hyphens, none of these at the ends."""
    kept = "".join(char if char in _KEPT else "-" for char in text.lower())
    return "-".join(filter(None, kept.split("-")))


def _loses(text: str) -> bool:
    """Nothing to read is left, or letters or digits are not."""
    return not _plain(text) or any(char.isalnum() and not char.isascii() for char in text)


def _hash(text: str) -> str:
    """FNV-1a, 64 bits folded to 32. It need not be safe: `allocate` tells apart whatever comes out alike."""
    value = 0xCBF29CE484222325
    for byte in text.encode("utf-8", "surrogatepass"):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value >> 32 ^ value & 0xFFFFFFFF:08x}"
