"""The registry's lock, held by a shell that sourced lib/registry.sh, for as long as it likes.

A flock belongs to the open file, not to who asked for it: taken here on a descriptor that the shell opened, it stays
with the shell, and goes with it, even by kill -9. Where the lock is a directory, it is made in the shell's name.
How a shell holds it is one word: the descriptor's number, or the pid that the directory names.
"""

from __future__ import annotations

import fcntl
import os

from viewsync.errors import UsageError
from viewsync.light import contextlib
from viewsync.store import lock
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class _NotOfTheLock(Exception):
    pass


def take(path: str, timeout: float, handle: int, pid: int) -> bool:
    """On the shell's descriptor, or as a directory of process `pid`. LockTimeout when it is not to be had.

    False when the descriptor is not of what stands at the path now: it has to be opened, or opened again.
    """

    def by_file(path: str, deadline: float) -> Callable[[], None] | None:
        if not _is_of(handle, path):
            raise _NotOfTheLock
        return (lambda: None) if lock.wait_for(handle, path, deadline) else None

    try:
        lock.take(path, timeout, by_file, pid)
    except _NotOfTheLock:
        with contextlib.suppress(IsADirectoryError):  # it appeared just now
            os.close(lock.open_file(path))  # so that there is one to open
        return False
    return True


def release(path: str, held: str) -> None:
    """Unlock, rather than leave it to closing: a program that the shell started has the descriptor, too."""
    if not holds(path, held):
        raise UsageError(f"the lock {path} is not held by {held!r}", "nothing was changed")
    if os.path.isdir(path):
        lock.remove_directory(path)
    else:
        fcntl.flock(int(held), fcntl.LOCK_UN)


def holds(path: str, held: str) -> bool:
    """Whether that word is true; it comes from the environment."""
    if not held.isdecimal():
        return False
    if lock.is_directory_lock(path):
        return lock.owner_of(path) == held
    return _is_of(int(held), path) and lock.flock(int(held), path)


def _is_of(handle: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except (OSError, OverflowError):
        return False
