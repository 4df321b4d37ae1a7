"""Whose files are. Ours are opened without following a link, without waiting for anybody, and only where they are
regular files of ours; what else stands in their place is set aside, as it was found (store/aside.py).

Root can do anything, and is believed. A folder that only a group of ours can write to, in which nobody else is, counts
as closed: with such groups (Debian, Fedora) a umask of 002 is usual.
"""

from __future__ import annotations

import errno
import os
import stat

from viewsync.errors import StateError
from viewsync.system import procfs

NETWORK = frozenset(
    [
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
        "virtiofs",
    ]
)

_UNSEEN = stat.S_ISVTX  # in the mode of a folder that was open, and whose contents nobody has looked at

_ROOT = os.sep
_LINKS = 40  # as many as the kernel follows
_SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITES = os.O_WRONLY | os.O_RDWR
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def secure(path: str) -> str:
    """Make the folder where it is missing, and refuse one that is not safe to keep state in; returns `path`."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        if problem := _in_the_way(path):  # before anything of ours is in a place of somebody else's
            raise StateError(_exchanged(path, problem), _hint()) from None
        from viewsync.store import new_folder

        found = new_folder.make(path)
    except OSError as error:
        raise StateError(f"cannot use the folder {path}: {error.strerror}") from None
    if problem := unsafe(path, found):
        raise StateError(problem, _hint())
    if found.st_mode & (0o077 | _UNSEEN):
        _close_to_others(path, found)
    return path


def _hint() -> str:
    """Root is most often in another user's place by a sudo that keeps HOME."""
    elsewhere = "set VIEWSYNC_STATE_DIR to another folder"
    return elsewhere if os.geteuid() else f"with sudo, `sudo -H` has a home of its own; or {elsewhere}"


def _close_to_others(path: str, found: os.stat_result) -> None:
    """Where they could write to it, nothing in it is believed. Until all of that was set aside the folder has a mode
    that says so, to others of us and to whoever comes after one that was killed. Of many who saw the open folder one
    closes it: a late one would set aside what has been written since.
    """
    if not _is_unseen(found):
        _chmod(path, 0o700)
        return
    from viewsync.store import aside

    with aside.alone(path):
        found = os.lstat(path)
        if _is_unseen(found):
            _chmod(path, 0o700 | _UNSEEN)
            aside.everything(path, stat.S_IMODE(found.st_mode))


def _is_unseen(found: os.stat_result) -> bool:
    return bool(found.st_mode & _UNSEEN) or is_open(found)


def _chmod(path: str, mode: int) -> None:
    try:
        os.chmod(path, mode)
    except OSError as error:
        raise StateError(f"{path} is open to others, and cannot be closed to them: {error.strerror}") from None


def unsafe(path: str, found: os.stat_result) -> str:
    """Why no state may be kept in that folder, "" when it may."""
    if stat.S_ISLNK(found.st_mode):
        return f"{path} is a symbolic link: somebody could turn it elsewhere"
    if not stat.S_ISDIR(found.st_mode):
        return f"{path} is not a folder"
    if found.st_uid != os.geteuid():
        return f"{path} belongs to another user (uid {found.st_uid})"
    if problem := _in_the_way(path):
        return _exchanged(path, problem)
    if kind := filesystem(found.st_dev):
        return f"{path} is on a network filesystem ({kind}), where file locks and sockets do not hold"
    return ""


def _exchanged(path: str, problem: str) -> str:
    return f"somebody could put another folder in the place of {path}: {problem}"


def may_be_made(path: str) -> bool:
    """Whether a folder there would be, or is, ours alone. In a place like /tmp others may have been first."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        above = os.path.dirname(path)
        return not _in_the_way(path) and (os.access(above, os.W_OK) if os.path.lexists(above) else may_be_made(above))
    except OSError:
        return False
    return not unsafe(path, found) and os.access(path, os.W_OK | os.X_OK)


def _in_the_way(path: str) -> str:
    try:
        return look(path)[0]
    except OSError as error:
        return f"{path}: {error.strerror}"


def filesystem(device: int, mountinfo: str | None = None) -> str:
    """The kind of network filesystem behind `device` (st_dev), "" for a local or an unknown one.

    Where no mounts are told of nothing is known, and nothing is refused.
    """
    if mountinfo is None:
        mountinfo = procfs.mounts()
    wanted = f" {os.major(device)}:{os.minor(device)} "
    for line in mountinfo.splitlines():
        if wanted in line:
            kind = line.partition(" - ")[2].split(" ")[0]
            return kind if kind in NETWORK else ""
    return ""


class NotOurs(StateError):
    """What stands there is left as it is."""

    kind = "not-ours"

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path} is {what}, so it was not used", "move it away")
        self.what = what


def opened(path: str, flags: int, mode: int = 0o600) -> int:
    """As os.open does, with its errors; nobody else can read what is opened for writing. NotOurs."""
    writes = bool(flags & _WRITES)
    try:
        found = os.lstat(path)  # to open a device alone may do something
    except FileNotFoundError:
        pass
    else:
        _refuse(path, found, writes)
    handle = os.open(path, flags | _SAFELY, mode)
    try:
        found = os.fstat(handle)
        _refuse(path, found, writes)
        if writes and found.st_mode & 0o077:
            os.fchmod(handle, 0o600)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _refuse(path: str, found: os.stat_result, writes: bool) -> None:
    if what := strange(found, writes=writes):
        raise NotOurs(path, what)


def strange(found: os.stat_result, *, writes: bool = False, kind: int = stat.S_IFREG) -> str:
    """What it is, if it is no file, or folder, of ours. One with a second name is none to write into."""
    if stat.S_IFMT(found.st_mode) != kind:
        return _KINDS.get(stat.S_IFMT(found.st_mode), "a file")
    if found.st_uid != os.geteuid():
        return f"somebody else's: it belongs to {_user(found)}"
    if writes and found.st_nlink > 1:
        return "a file with a second name (a hard link)"
    return ""


def for_writing(path: str, flags: int) -> int:
    """Open, in the place of what was set aside if need be. OSError, StateError."""
    try:
        return opened(path, flags)
    except NotOurs as error:
        _set_aside(path, error.what)
        return opened(path, flags)


def read(path: str) -> str | None:
    """Its text; None where nothing is, or now nothing is, since something was set aside. OSError, StateError."""
    try:
        handle = opened(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except NotOurs as error:
        _set_aside(path, error.what)
        return None
    with open(handle, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def make_folder(path: str) -> None:
    """A folder of ours in a folder of ours, in the place of what was set aside if need be. OSError, StateError."""
    while True:
        try:
            return os.mkdir(path, 0o700)
        except FileExistsError:
            what = strange(os.lstat(path), kind=stat.S_IFDIR)
            if not what:
                return None
        _set_aside(path, what)  # or somebody else did, and made it


def names(path: str) -> list[str]:
    """What is in such a folder; nothing where there is none, or something else."""
    try:
        if what := strange(os.lstat(path), kind=stat.S_IFDIR):
            _set_aside(path, what)
            return []
        return sorted(os.listdir(path))
    except OSError:
        return []


def _set_aside(path: str, what: str) -> None:
    from viewsync.store import aside  # hardly ever

    aside.move(path, what)


def look(path: str) -> tuple[str, os.stat_result | None]:
    """Why somebody else could put something of theirs where that leads, "" where nobody can; and what stands there,
    links followed, None where nothing is. Each folder on the way is looked at.

    Raises OSError where that cannot be seen: who opens it gets the same one.
    """
    me, links = os.geteuid(), 0
    rest = os.path.abspath(path).split(os.sep)[::-1]
    here, found = _ROOT, os.lstat(_ROOT)
    while rest:
        name = rest.pop()
        if name in ("", os.curdir):
            continue
        if name == os.pardir:  # of where a link leads
            here = os.path.dirname(here)
            found = os.lstat(here)
            continue
        if problem := _unsafe(here, found, me):
            return problem, None
        below = os.path.join(here, name)
        try:
            entry = os.lstat(below)
        except FileNotFoundError:
            return "", None
        if found.st_mode & 0o022 and entry.st_uid not in (me, 0):  # the folder is sticky, or it had been refused
            return belongs(below, entry), None
        if not stat.S_ISLNK(entry.st_mode):
            here, found = below, entry
            continue
        links += 1
        if links > _LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        target = os.readlink(below)
        rest += target.split(os.sep)[::-1]
        if os.path.isabs(target):
            here, found = _ROOT, os.lstat(_ROOT)
    return "", found


def _unsafe(folder: str, found: os.stat_result, me: int) -> str:
    """Why others could replace anything in that folder."""
    if found.st_uid not in (me, 0) and not _is_unknown_root(found):
        return belongs(folder, found)
    if found.st_mode & stat.S_ISVTX or not is_open(found):
        return ""
    return f"{folder} can be written to by others (mode {stat.S_IMODE(found.st_mode):04o})"


def is_open(found: os.stat_result) -> bool:
    """Whether others can write to it. Of a file with an access list, the group's bits are the most that it grants."""
    if found.st_mode & 0o002:
        return True
    if not found.st_mode & 0o020:
        return False
    from viewsync.system import users

    return not users.is_alone_in(found.st_gid)


def _is_unknown_root(found: os.stat_result) -> bool:
    """In a user namespace the machine's root has no number, and what is root's has that of whoever has none."""
    if found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX:
        return False
    return found.st_uid == procfs.unknown_user()


def belongs(path: str, found: os.stat_result) -> str:
    return f"{path} belongs to somebody else: {_user(found)}"


def _user(found: os.stat_result) -> str:
    from viewsync.system import users

    return users.shown(found.st_uid)
