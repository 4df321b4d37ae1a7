"""Servers that run and cannot be reached: what cleans temporary folders removed their socket's file, or another server
took its place, as where a login's runtime folder went with its end. Nothing of theirs is gone, and a signal has them
make the file again.
"""

from __future__ import annotations

import os
import time

from viewsync.errors import TmuxError
from viewsync.light import signal
from viewsync.store import own_files
from viewsync.system import processes, procfs
from viewsync.text import shell_words
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from viewsync.tmux.rules.model import Server

_NAME = "tmux"  # how the process of a server calls itself, with more behind it


class LostSocket(TmuxError):
    """A server listens, and there is no way to it."""


def server_on(socket: str) -> int:
    """The server that listens at that path, where the path itself leads to none: the kernel knows it all the same. 0
    without one, and where processes are not shown.
    """
    wanted = listeners(socket)
    if not wanted:
        return 0
    for pid in procfs.pids():
        found = procfs.stat(pid)
        if found and found.name.startswith(_NAME) and not wanted.isdisjoint(procfs.sockets(pid)):
            # One that was started just now can be reached by now.
            return pid if sockets.state(socket) in sockets.SILENT else 0
    return 0


def listeners(socket: str) -> set[int]:
    """The numbers of all sockets that were bound to that path and listen, ours or not."""
    folder, name = os.path.split(socket)
    paths = {socket, os.path.join(os.path.realpath(folder), name)}
    return {number for path, number in procfs.listening() if path in paths}


def of(folders: Collection[str], named: Collection[str]) -> dict[str, int]:
    """Those with a socket in these folders, or with a `named` one: the process by what should be its socket."""
    mine = {path for path, _ in procfs.listening() if path in named or os.path.dirname(path) in folders}
    silent = sorted(path for path in mine if sockets.state(path) in sockets.SILENT)
    return {path: pid for path in silent if (pid := server_on(path))}


def called_back(socket: str, pid: int, patience: float) -> bool:
    """Have that server make its socket again, in a folder as tmux makes it; whether somebody listens there now.

    One that is in the way, and is not only ours, is left as it is: anybody could put another socket there.
    """
    try:
        sockets.must_be_ours(socket)
    except sockets.Foreign:
        return False
    if not _made(os.path.dirname(socket)):
        return False
    if not processes.tell(pid, signal.SIGUSR1, lambda: server_on(socket) == pid):  # it ends whoever is no tmux server
        return sockets.listens(socket)
    deadline = time.monotonic() + patience
    while not sockets.listens(socket):  # a stopped one hears it later
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _made(folder: str) -> bool:
    if os.path.isdir(folder):
        return True
    if not own_files.may_be_made(folder) or not _made(os.path.dirname(folder)):
        return False
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:  # somebody else made it just now
        return os.path.isdir(folder)
    except OSError:
        return False
    return True


def lost(socket: str, pid: int) -> LostSocket:
    """With what makes the socket again, which is all that there is to do, and so stands in the message itself."""
    running = f"the tmux server on {socket} is running (process {pid}), but its socket is gone"
    return LostSocket(f"{running}; `{command(socket, pid)}` makes it again")


def command(socket: str, pid: int) -> str:
    folder = os.path.dirname(socket)
    make = "" if os.path.isdir(folder) else f"{shell_words.joined('mkdir', '-p', '-m', '700', folder)} && "
    return f"{make}kill -USR1 {pid}"


def elsewhere(session: str) -> str:
    """Why nothing is known of one whose row says so."""
    where = "it was made in another pid namespace, as in a container, or on another machine, and is not known here"
    forgotten = shell_words.joined("viewsync", "registry", "remove", session)
    return f"{where}; where that is gone for good, `{forgotten}` forgets it"


def doubt(identity: str, server: Server | None = None, place: str = "") -> str:
    """Why nothing of the server "pid.start" is gone although it is not `server`, the one that answered on its socket;
    "" where it has ended, or answered. `place`: where its process is.
    """
    if not identity or (server and server.identity == identity):
        return ""
    if processes.is_elsewhere(place):
        return elsewhere("NAME")
    if not processes.is_server(identity):
        return ""
    pid = identity.partition(".")[0]
    if server is None:
        return f"its tmux server is running, but its socket is gone; `kill -USR1 {pid}` makes it again"
    return (
        f"its tmux server is running, but process {server.pid} has taken its socket; `kill -USR1 {pid}` gets it back, "
        f"and -USR1 {server.pid} gives it to the other again"
    )
