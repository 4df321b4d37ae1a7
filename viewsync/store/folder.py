"""The state folder: ours, private, no symlink, on a local filesystem."""

from __future__ import annotations

import contextlib
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

_README = """This folder is viewsync's. Nothing in it needs to be edited by hand.

.sessions.json   the registry: sessions and views (shared with the shell tools)
.sessions.lock   its lock; never delete it while anything runs
history.db       what happened to views and sessions, and why
"""


def secure(path: str) -> str:
    """Make the folder where it is missing, and refuse one that is not safe to keep state in; returns `path`."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        found = _make(path)
    except OSError as error:
        raise StateError(f"cannot use the folder {path}: {error.strerror}") from None
    if problem := unsafe(path, found):
        raise StateError(problem, "name another folder in VIEWSYNC_STATE_DIR")
    if stat.S_IMODE(found.st_mode) & 0o077:
        _close_to_others(path)
    return path


def _close_to_others(path: str) -> None:
    try:
        os.chmod(path, 0o700)
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
    if kind := filesystem(found.st_dev):
        return f"{path} is on a network filesystem ({kind}), where file locks and sockets do not hold"
    return ""


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


def _make_above(folder: str) -> None:
    """Private, too, as the XDG rules want it; makedirs would leave these to the umask."""
    if not os.path.isdir(folder):
        _make_above(os.path.dirname(folder))
        with contextlib.suppress(FileExistsError):  # another viewsync made it just now; mkdir of the next one tells
            os.mkdir(folder, 0o700)


def _make(path: str) -> os.stat_result:
    try:
        _make_above(os.path.dirname(path))
        os.mkdir(path, 0o700)
        with open(os.path.join(path, "README"), "w", encoding="utf-8") as file:
            file.write(_README)
    except FileExistsError:
        pass  # another viewsync made it just now
    except OSError as error:
        raise StateError(
            f"cannot make the folder {path}: {error.strerror}",
            "name another one in VIEWSYNC_STATE_DIR",
        ) from None
    return os.lstat(path)
