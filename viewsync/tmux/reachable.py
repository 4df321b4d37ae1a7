"""Which servers there are to ask: those that listen, and those whose sockets were removed."""

from __future__ import annotations

import os

from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def servers(folders: Sequence[str], named: Iterable[str], timeout: float = 0.5) -> list[str]:
    """The sockets in tmux's folders that somebody listens on, and `named` ones, also where such a one was removed while
    its server runs: whoever asks that server calls it back, or hears why that cannot be.
    """
    named = [path for path in dict.fromkeys(named) if os.path.isabs(path)]
    found = sockets.live_sockets(folders, named, timeout)
    silent = [path for path in named if path not in found and sockets.state(path, timeout) in sockets.SILENT]
    if not silent:
        return found
    from viewsync.tmux import lost_sockets  # only for those

    return [*found, *(path for path in silent if lost_sockets.server_on(path))]
