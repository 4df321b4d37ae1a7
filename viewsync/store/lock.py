"""The registry's lock: flock(2) on `.sessions.lock`, as flock(1) and the shell tools take it.

The lock file is never unlinked: a waiter would hold the old inode and a newcomer the new one. Where flock(1) is
missing (macOS) the shell tools make a *directory* of that name instead. A file in its place would lock them out
for ever, so there, and wherever such a directory stands, it is the lock for us too.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time

from viewsync.errors import LockTimeout, StateError
from viewsync.light import contextlib
from viewsync.store import own_files
from viewsync.system import processes, signals
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BUSY = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK)
_FLAGS = os.O_RDWR | os.O_CREAT
_READS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OWNER = "owner"  # in the lock directory: "PID HOST TIME", as the shell tools write it, and from us its start and place
_QUEUES = 12  # times the timeout that a queue which moves may take in all
_NAMELESS = 30.0  # seconds after which a lock directory without an owner is nobody's
_LATER = 60.0  # seconds from which on who began after the lock was made did not make it


@contextlib.contextmanager
def exclusive(path: str, timeout: float) -> Iterator[None]:
    """Hold the lock at `path`, or raise LockTimeout after `timeout` seconds."""
    release = take(path, timeout)
    try:
        yield
    finally:
        release()


@contextlib.contextmanager
def for_a_while(path: str, timeout: float) -> Iterator[None]:
    """The same, of a lock whose file goes with its last holder. It is unlinked by who holds it alone, and who has got
    hold of it looks whether it is still the one of that name: nobody is let in by a file that is gone.
    """
    release = take(path, timeout, _by_passing_file)
    try:
        yield
    finally:
        release()


def _by_passing_file(path: str, deadline: float) -> Callable[[], None] | None:
    while True:
        try:
            handle = open_file(path)
        except IsADirectoryError:
            return None
        if not wait_for(handle, path, deadline):
            os.close(handle)
            return None
        if _is_still(handle, path):
            return lambda: _unlink(handle, path)
        os.close(handle)  # whoever had it has removed it meanwhile


def _is_still(handle: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except FileNotFoundError:
        return False


def _unlink(handle: int, path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)
    os.close(handle)


def try_exclusive(path: str) -> int | None:
    """Take the lock at once and keep it: the open descriptor, or None when somebody else holds it."""
    try:
        handle = open_file(path)
    except IsADirectoryError as error:
        raise _unusable(path, error) from None
    if flock(handle, path):
        return handle
    os.close(handle)
    return None


def take(
    path: str,
    timeout: float,
    by_file: Callable[[str, float], Callable[[], None] | None] | None = None,
    pid: int = 0,
) -> Callable[[], None]:
    """What lets it go again. `by_file` takes it where it is a file; `pid`: in whose name a directory is made.

    In a long queue the time begins anew whenever somebody else has got through with a write: what is not to be
    waited for is a holder who does nothing.
    """
    begin = time.monotonic()
    deadline, last = begin + timeout, begin + (timeout * _QUEUES if timeout >= 1 else timeout)
    written = _last_write(path)
    pause = 0.001
    while True:
        if is_directory_lock(path):
            release = _by_directory(path, pid or os.getpid())
        else:
            release = (by_file or _by_file)(path, deadline)
        if release:
            return release
        now = time.monotonic()
        if now >= deadline and now < last and _last_write(path) != written:
            deadline, written = min(now + timeout, last), _last_write(path)
        elif now >= deadline:
            raise LockTimeout(
                f"Failed to acquire lock after {timeout:g}s: {path}",
                "another process holds it; try again, or raise LOCK_TIMEOUT",
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def _last_write(path: str) -> int:
    """When a file beside the lock was last put in place: every write of the registry ends with a rename."""
    try:
        return os.stat(os.path.dirname(path)).st_mtime_ns
    except OSError:
        return 0


def is_directory_lock(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)  # not isdir: a symbolic link to a folder is no lock
    except FileNotFoundError:
        return not _has_flock()
    except OSError as error:
        raise _unusable(path, error) from None


def _is_folder(path: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return stat.S_ISDIR(os.lstat(path).st_mode)
    return False


def _has_flock() -> bool:
    """Whether the shell tools of this machine find flock(1). Every Linux has it."""
    if os.uname().sysname == "Linux":
        return True
    from viewsync.system.process import which  # not where it is known

    return bool(which("flock", os.environ))


def _by_file(path: str, deadline: float) -> Callable[[], None] | None:
    try:
        handle = open_file(path)
    except IsADirectoryError:  # it appeared just now
        return None
    if wait_for(handle, path, deadline):
        return lambda: os.close(handle)  # ends the flock too, as the kernel does after kill -9
    os.close(handle)
    return None


def wait_for(handle: int, path: str, deadline: float) -> bool:
    return flock(handle, path) or _queue(handle, path, deadline - time.monotonic())


class _Alarm(Exception):
    """The time to wait for the lock is over."""


def _queue(handle: int, path: str, seconds: float) -> bool:
    """Wait in the kernel's queue: in turn, and without a poll that takes the machine from who holds the lock.

    An alarm is the only bound that flock(2) knows; who may not set one polls.
    """
    if seconds <= 0 or not signals.alarm_is_free():
        return False
    try:
        with signals.alarm(seconds, _Alarm):
            fcntl.flock(handle, fcntl.LOCK_EX)
    except _Alarm:
        return False  # even if it was granted just then: the caller closes, and so releases, it
    except OSError as error:
        raise _unusable(path, error) from None
    return True


def open_file(path: str) -> int:
    """IsADirectoryError where it is a lock of the shell tools."""
    try:
        if _is_folder(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        return own_files.for_writing(path, _FLAGS)
    except IsADirectoryError:
        raise
    except OSError as error:
        raise _unusable(path, error) from None


def flock(handle: int, path: str) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise _unusable(path, error) from None
    return True


def _by_directory(path: str, pid: int) -> Callable[[], None] | None:
    owner = os.path.join(path, _OWNER)
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        _clear_dead(path, owner)
        return None
    except OSError as error:
        raise _unusable(path, error) from None
    with open(owner, "w", encoding="utf-8") as file:
        file.write(f"{pid} {os.uname().nodename} {int(time.time())} {processes.start_time(pid)} {processes.place()}\n")
    return lambda: _remove(path, owner)


def owner_of(path: str) -> str:
    """The pid that a lock directory names, "" where it names none."""
    try:
        with open(os.open(os.path.join(path, _OWNER), _READS), encoding="utf-8") as file:
            return file.read().partition(" ")[0]
    except (OSError, ValueError):
        return ""


def remove_directory(path: str) -> None:
    _remove(path, os.path.join(path, _OWNER))


def _clear_dead(path: str, owner: str) -> None:
    """Remove the directory of a process of this machine that is gone: nothing else ends such a lock.

    Of many who see that, one at a time looks again and removes, and only the very directory that it looked at:
    the next owner may have made another one by then.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return  # released just now
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_dead(handle) and os.path.samestat(os.fstat(handle), os.lstat(path)):
            _remove(path, owner)
    except OSError:
        return  # another one is at it, or it is gone
    finally:
        os.close(handle)


def _is_dead(directory: int) -> bool:
    """Whether the process that made it is gone, as far as can be known."""
    try:
        handle = os.open(_OWNER, _READS, dir_fd=directory)
        with open(handle, encoding="utf-8") as file:
            pid, host, made, *more = file.read().split()
        start, place = float(more[0]) if more else 0.0, more[1] if more[1:] else ""
        return host == os.uname().nodename and not _holds(int(pid), made, start, place)
    except (FileNotFoundError, ValueError):
        # It is writing its name just now, or was killed before it could.
        return time.time() - os.fstat(directory).st_mtime > _NAMELESS
    except OSError:
        return False  # not ours to judge


def _holds(pid: int, made: str, start: float, place: str) -> bool:
    """Whether that process lives and is the one that made the lock then. The shell tools do not write its start."""
    if not processes.alive(pid, start, place):
        return False
    return start > 0 or not made.isdecimal() or processes.began(pid) < int(made) + _LATER


def _remove(path: str, owner: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(owner)
    with contextlib.suppress(OSError):
        os.rmdir(path)


def _unusable(path: str, error: OSError) -> StateError:
    return StateError(f"cannot use the lock {path}: {error.strerror}", "`viewsync doctor` checks the folder")
