"""Whether the process ids that a server tells of are ours to look up: a container with the same HOME and sockets has
others, and there one of theirs is nobody, or somebody else.
"""

from __future__ import annotations

import os

from viewsync.system import processes, procfs
from viewsync.tmux.rules.model import Server
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.registry_shape import SessionRow

NOT_HERE = "its processes are in another pid namespace, as in a container, and are not known here"

_CLOCKS = 5.0  # seconds between what two clocks say of one moment, at most


def is_here(server: Server) -> bool:
    """Where that cannot be known, as without procfs, it is."""
    if not server.is_of_this_host:
        return False
    found = procfs.stat(server.pid)
    if found and found.name.startswith("tmux") and abs(found.began - server.start) < _CLOCKS:
        return True
    if not procfs.there():
        return True
    return _listener(server.socket) in (server.pid, -1)  # a clock that was set moves the time at which it began


def place(socket: str, identity: str) -> str:
    """Of the server "pid.start", for a row that has process ids of it."""
    pid, start = processes.numbers(identity)
    here = is_here(Server(socket, pid, start, "")) if pid else True
    return processes.place() if here else processes.ELSEWHERE


def known(socket: str, identity: str, pid_start: float) -> SessionRow:
    """What a row says of its processes: where, and when the first one began, which is nothing of one elsewhere."""
    where = place(socket, identity)
    return {"place": where, "pid_start": 0.0 if where == processes.ELSEWHERE else pid_start}


def _listener(path: str) -> int:
    """Who listens there, by the kernel: 0 for one whom we do not see, -1 where that is not known."""
    import socket as sockets  # 3 ms, for these few
    import struct

    if not hasattr(sockets, "SO_PEERCRED"):
        return -1
    with sockets.socket(sockets.AF_UNIX) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(os.fspath(path))
            pid, _, _ = struct.unpack("3i", probe.getsockopt(sockets.SOL_SOCKET, sockets.SO_PEERCRED, 12))
        except OSError:
            return -1
    return int(pid)
