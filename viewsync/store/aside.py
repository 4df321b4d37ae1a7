"""What stands where a file of ours should, and is none, is moved away as it was found, and its new name is told."""

from __future__ import annotations

import fcntl
import os
import stat
import time

from viewsync import output
from viewsync.errors import StateError
from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 2.0  # seconds for others who set something aside; whoever opened the folder while it was open may hold it
_LOCKS = (".sessions.lock", ".trust.lock", ".sweeper.lock")  # nothing in them is believed, and somebody may hold them
_KEPT = "set-aside-"

only_look = False  # `doctor` changes nothing


def move(path: str, what: str) -> None:
    """StateError where it cannot be moved, or may not."""
    if only_look:
        raise StateError(f"{path} is {what}", "the next verb that needs it sets it aside")
    seen = inode(path)
    with alone(os.path.dirname(path)):
        if seen is None or inode(path) != seen:
            return  # somebody else was faster
        new = f"{path}.{_KEPT}{_stamp()}"
        try:
            os.rename(path, new)
        except OSError as error:
            raise StateError(f"{path} is {what}, and cannot be set aside: {error.strerror}", "move it away") from None
    output.notes.append(f"{path} was {what}, so it was not used: it was set aside as {new}")


def everything(folder: str, mode: int) -> None:
    """All that an open folder held, since anybody may have put it there. Called once nobody else can write to it, and
    by one of us at a time.

    Also what belongs to us: a file of ours can be moved there, or linked, from wherever else others can write to.
    Sockets stay, since whose they are is asked whenever they are used, and so do locks.
    """
    names = [name for name in sorted(os.listdir(folder)) if not _stays(folder, name)]
    new = os.path.join(folder, f"{_KEPT}{_stamp()}")
    try:
        if names:
            os.mkdir(new, 0o700)
        for name in names:
            os.rename(os.path.join(folder, name), os.path.join(new, name))
        os.chmod(folder, 0o700)
    except OSError as error:
        raise StateError(f"cannot set aside what was in {folder}: {error.strerror}", "move it away") from None
    if names:
        output.notes.append(
            f"others could write to {folder} (mode {mode:04o}), so nothing that was in it was used: it was closed to "
            f"them, and what it held was set aside in {new}"
        )


def kept(folder: str) -> list[str]:
    """What was set aside there, by name."""
    with contextlib.suppress(OSError):
        return [name for name in sorted(os.listdir(folder)) if _KEPT in name]
    return []


def _stays(folder: str, name: str) -> bool:
    found = os.lstat(os.path.join(folder, name))
    if stat.S_ISDIR(found.st_mode):
        return name.startswith(_KEPT)
    if stat.S_ISSOCK(found.st_mode):
        return True
    mine = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink == 1
    return mine and name in (*_LOCKS, "README") and not found.st_mode & 0o022


@contextlib.contextmanager
def alone(folder: str) -> Iterator[None]:
    """No other process of ours sets aside in that folder meanwhile: it could move what was made since."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:  # nor can any other of them
        yield
        return
    deadline = time.monotonic() + _PATIENCE
    try:
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def inode(path: str) -> tuple[int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamp() -> str:
    return f"{int(time.time())}-{os.getpid()}"
