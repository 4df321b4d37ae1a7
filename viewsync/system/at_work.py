"""Who is at work in a folder: programs in panes of tmux servers, whoever made those."""

from __future__ import annotations

import os

from viewsync.system import procfs
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_SERVER = "tmux"  # how the process of a server calls itself, with more behind it


def in_panes(folder: str, besides: Collection[int]) -> list[str]:
    """Each with its name and number. Without what is `besides` or was started by it, and without what started us."""
    parents = {pid: found.parent for pid in procfs.pids() if (found := procfs.stat(pid))}
    top = os.path.join(os.path.realpath(folder), "")
    inside = {pid for pid in parents if os.path.join(procfs.folder(pid), "").startswith(top)}
    ours = {os.getpid(), *_above(os.getpid(), parents)}
    first = [
        pid
        for pid in sorted(inside - ours)
        if (above := _above(pid, parents))
        and not inside.intersection(above)
        and not {pid, *above}.intersection(besides)
        and _is_in_pane(pid, above)
    ]
    return [f"{found.name} ({pid})" for pid in first if (found := procfs.stat(pid))]


def _above(pid: int, parents: dict[int, int]) -> list[int]:
    """What started it, and what started that."""
    found: list[int] = []
    while (pid := parents.get(pid, 0)) and pid not in found:
        found.append(pid)
    return found


def _is_in_pane(pid: int, above: list[int]) -> bool:
    """What a server started for a hook of ours or a status line has no terminal, and is over in a moment."""
    server = next((at for at, parent in enumerate(above) if _is_server(parent)), None)
    if server is None:
        return False
    first = procfs.stat([pid, *above][server])
    return bool(first and first.terminal)


def _is_server(pid: int) -> bool:
    found = procfs.stat(pid)
    return bool(found and found.name.startswith(_SERVER))
