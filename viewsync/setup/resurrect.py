"""Whether the user has tmux-resurrect, which saves sessions and makes them again."""

from __future__ import annotations

import os

from viewsync.light import re
from viewsync.system import files
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLUGIN = "tmux-resurrect"
_NAMED = re.compile(rb"^[^#\n]*(tmux-resurrect|resurrect\.tmux)", re.MULTILINE)


def is_there(configurations: Iterable[str], folders: Iterable[str]) -> bool:
    """Where a plugin manager puts it, below `folders`, or named by a tmux configuration."""
    if any(os.path.isfile(os.path.join(folder, "plugins", _PLUGIN, "resurrect.tmux")) for folder in folders):
        return True
    return any(_NAMED.search(files.read(path) or b"") for path in configurations if os.path.isfile(path))
