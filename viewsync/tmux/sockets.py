"""Sockets of tmux servers: which one -L, -S or $TMUX means, which ones there are, and whether somebody listens."""

from __future__ import annotations

import errno
import os
import stat

from viewsync import paths
from viewsync.errors import TmuxError, UsageError
from viewsync.light import contextlib
from viewsync.store import own_files
from viewsync.system import processes
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from viewsync.tmux.rules.model import Server


class Foreign(TmuxError):
    """A tmux client does whatever its server says, so it is to talk to ours alone."""

    kind = "not-ours"


def must_be_ours(socket: str) -> bool:
    """Whether there is one. Foreign where it is somebody else's, or where they could put theirs in its place.

    A socket is whose process has bound it. Nobody but root can give one away, and nobody but us can replace it by
    another between this look and tmux's own, since all folders on the way are looked at, too.
    """
    try:
        problem, found = own_files.look(socket)
    except OSError:
        return True  # tmux fails by the same error, and says it
    if found and not problem:
        if not stat.S_ISSOCK(found.st_mode):
            problem = f"{socket} is not a socket"
        elif found.st_uid != os.geteuid():
            problem = own_files.belongs(socket, found)
    if problem:
        told = "" if problem.startswith(f"{socket} ") else f" to {socket}"
        raise Foreign(f"{problem}, so no tmux command was sent{told}", _HINT)
    return found is not None


_HINT = "tmux obeys its server: name one of yours with -L or -S, in a folder where only you can put it"


def socket_of(env: Mapping[str, str], label: str, path: str) -> str:
    """The server that -L or -S names; without either the one we are in, else tmux's default one."""
    if label and path:
        raise UsageError("-L and -S name two servers", "give one of them")
    if label and ("/" in label or label in (".", "..")):
        raise UsageError(f"-L takes a name, not a path: {label!r}", "-S takes a path")
    if path:
        return checked(os.path.abspath(path))
    if not label and (inside := socket_inside(env)):
        return inside
    socket = checked(paths.tmux_socket(env, label or "default"))
    if problem := _unsafe(os.path.dirname(socket)):
        raise TmuxError(problem, _SAFE)
    return socket


def socket_inside(env: Mapping[str, str]) -> str:
    """The socket in $TMUX, `path,pid,session`, "" outside of tmux, and where that server has ended. The path may hold
    commas.
    """
    path, pid = _told(env)
    return path if processes.exists(pid) else ""


def is_inside(env: Mapping[str, str], socket: str) -> bool:
    """Whether the server of that socket runs us: in a pane, a popup, or as a command of its own.

    Programs hand $TMUX on to the terminals that they open, and a later server on the socket has panes of the same ids.
    So our session's first process has to be a child of the one in $TMUX, too, or that one itself.
    """
    path, pid = _told(env)
    if path != socket or not processes.exists(pid):
        return False
    first = os.getsid(0)
    found = processes.look(first)
    return first == pid or (found is not None and found.parent == pid)


def _told(env: Mapping[str, str]) -> tuple[str, int]:
    path, *rest = env.get("TMUX", "").rsplit(",", 2)
    return path, int(rest[0]) if len(rest) == 2 and rest[0].isdecimal() else 0


def is_of(env: Mapping[str, str], server: Server) -> bool:
    """Whether $TMUX is of the server that now has its socket."""
    return _told(env)[1] == server.pid


def checked(socket: str) -> str:
    """UsageError for what can be no server's. tmux would put its socket in the place of a file that is there."""
    if len(os.fsencode(socket)) > paths.LONGEST_SOCKET:
        raise UsageError(
            f"the socket's path has {len(os.fsencode(socket))} bytes, and a UNIX socket takes {paths.LONGEST_SOCKET}",
            "name a shorter one with -S",
        )
    with contextlib.suppress(OSError, ValueError):  # nothing there, or not to be seen: tmux says so
        if not stat.S_ISSOCK(os.stat(socket).st_mode):
            raise UsageError(f"{socket} is no socket", "-S takes a tmux server's socket, or a path where nothing is")
    return socket


def make_folder(env: Mapping[str, str], socket: str) -> None:
    """The folder of tmux's sockets, for the first server since a boot. tmux makes it for -L, and not for -S."""
    folder = os.path.dirname(socket)
    if folder not in paths.tmux_folders(env):
        return
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise TmuxError(f"cannot make {folder}, for tmux's sockets: {error.strerror}", _SAFE) from None
    if problem := _unsafe(folder):
        raise TmuxError(problem, _SAFE)


_SAFE = "fix that, or set TMUX_TMPDIR to another folder"


def _unsafe(folder: str) -> str:
    """Why tmux would use no socket in that folder, "" where it would, or would make it: anybody could put one there."""
    try:
        found = os.lstat(folder)
    except OSError:
        return ""
    if not stat.S_ISDIR(found.st_mode):
        return f"{folder} is not a folder, so tmux has no place for its sockets"
    if found.st_uid != os.geteuid():
        return f"{folder} belongs to another user (uid {found.st_uid}), so tmux puts no socket into it"
    if found.st_mode & 0o007:
        return f"{folder} is open to others (mode {stat.S_IMODE(found.st_mode):04o}), so tmux puts no socket into it"
    return ""


def live_sockets(folders: Sequence[str], named: Iterable[str], timeout: float = 0.5) -> list[str]:
    """The sockets that somebody listens on: in tmux's folders, and `named` ones beside them.

    A stale file is passed over and never unlinked: only tmux itself may replace it.
    """
    found = [path for folder in folders for path in _entries(folder)]
    return [path for path in dict.fromkeys([*found, *named]) if listens(path, timeout)]


def _entries(folder: str) -> list[str]:
    try:
        return [] if _unsafe(folder) else sorted(os.path.join(folder, name) for name in os.listdir(folder))
    except OSError:
        return []


def listens(path: str, timeout: float = 0.5) -> bool:
    """Whether somebody accepts connections there: a socket of ours, with a process behind it."""
    return state(path, timeout) == "live"


SILENT = ("missing", "stale")  # nobody listens there, for certain


def state(path: str, timeout: float = 0.5) -> str:
    """ "live", "stale" (a socket that nobody listens on), "missing", or "foreign" (no socket of ours)."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            return "foreign"
        if not must_be_ours(path):
            return "missing"
    except Foreign:
        return "foreign"
    except OSError:
        return "missing"
    import _socket as sockets  # without all that `socket` imports, and none of which is of use here

    with contextlib.closing(sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)) as probe:
        probe.settimeout(timeout)
        try:
            probe.connect(path)
        except OSError as error:
            return "stale" if error.errno == errno.ECONNREFUSED else "live"
    return "live"
