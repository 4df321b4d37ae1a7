"""Files of the user's that viewsync changes, by their owner's leave: whole or not at all, mode and owner kept."""

from __future__ import annotations

import errno
import os
import stat

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib
from viewsync.system import processes, whole_file
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class FileError(ViewsyncError):
    kind = "file"


class FileChange(NamedTuple):
    """`before` and `after` are None where there is no file. Of a symbolic link they are where it leads."""

    path: str  # without symbolic links in it
    before: bytes | None
    after: bytes | None
    mode: int = 0o666  # of a new file, less the umask, and less what would let others write into it
    link: bool = False
    moved: str = ""  # what stands at `path` goes there as it is, whatever it is, and nothing else is asked


def read(path: str) -> bytes | None:
    """None when there is no file. Raises FileError for anything that is there and cannot be read."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror}") from None


def _without_waiting(path: str, flags: int) -> int:
    """A FIFO is empty then, until it is refused."""
    return os.open(path, flags | os.O_NONBLOCK)


def regular(path: str, flags: int) -> int:
    """An opener for what a project names: anything but a file may have no end, or wait for one that never comes."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # to open a device alone may do something
        raise OSError(errno.EINVAL, "not a regular file", path)
    handle = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return handle


def read_link(path: str) -> bytes | None:
    """Where the symbolic link leads, None when there is none."""
    try:
        return os.fsencode(os.readlink(path))
    except OSError:
        return None


def refusal(path: str, *, link: bool = False) -> str:
    """Why the file, or the link, at `path` cannot be written or removed, "" when it can."""
    folder = nearest_folder(path)
    if not os.path.isdir(folder):
        return f"{folder} is not a folder"
    if problem := somebody_elses(folder):
        return problem
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {folder} is read-only"
    if link:
        return ""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return ""
    if not stat.S_ISREG(found.st_mode):
        return f"{path} is not a file"
    # The mode is asked too, since to root every file is writable.
    if not found.st_mode & 0o222 or not os.access(path, os.W_OK):
        return f"{path} is read-only"
    return ""


def nearest_folder(path: str) -> str:
    """The first above it that is there, or what is in its place."""
    folder = os.path.dirname(path)
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return folder


def somebody_elses(folder: str) -> str:
    """Why root is to leave it alone: what it makes in another user's folder, that user cannot change or remove.

    Of others the modes say where they may write.
    """
    owner = os.stat(folder).st_uid
    if os.geteuid() or not owner:
        return ""
    from viewsync.system import users

    return f"the folder {folder} belongs to {users.shown(owner)}, and you are root"


def missing_folders(path: str) -> list[str]:
    """The folders above `path` that are not there, the outermost first."""
    missing: list[str] = []
    folder = os.path.dirname(path)
    while not os.path.lexists(folder):
        missing.insert(0, folder)
        folder = os.path.dirname(folder)
    return missing


def apply(change: FileChange) -> None:
    """Raises FileError, and then the file is as it was."""
    try:
        if change.moved:
            if os.path.lexists(change.moved):
                raise FileError(f"cannot move {change.path}: {change.moved} is there")
            os.rename(change.path, change.moved)
        elif change.after is None:
            os.unlink(change.path)
        else:
            for folder in missing_folders(change.path):
                with contextlib.suppress(FileExistsError):  # somebody else made it just now
                    os.mkdir(folder, 0o755)
            if change.link:
                _link(change.path, change.after)
            else:
                _write(change.path, change.after, change.mode)
    except OSError as error:
        raise FileError(f"cannot change {change.path}: {error.strerror}") from None


def create(path: str, data: bytes, mode: int = 0o666) -> None:
    """A new file, whole or not at all, and never in the place of another. FileError, and then nothing was made."""
    missing = missing_folders(path)
    try:
        for folder in missing:
            with contextlib.suppress(FileExistsError):  # somebody else made it just now
                os.mkdir(folder, 0o755)
        temporary = _temporary(path)
        try:
            whole_file.create(temporary, data, mode & ~0o022)
            _give_name(temporary, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
    except OSError as error:
        remove_empty(missing)
        raise FileError(f"cannot create {path}: {error.strerror}") from None


def _give_name(temporary: str, path: str) -> None:
    """Where nothing has it."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS) or os.path.lexists(path):
            raise
        os.rename(temporary, path)  # a filesystem that has no hard links


def revert(changes: Sequence[FileChange]) -> None:
    """Put back what was applied, the last one first. What cannot be put back is left."""
    for change in reversed(changes):
        back = change._replace(before=change.after, after=change.before)
        with contextlib.suppress(FileError):
            apply(back._replace(path=change.moved, moved=change.path) if change.moved else back)


def is_empty(folder: str) -> bool:
    try:
        return not os.listdir(folder)
    except OSError:
        return False


def remove_empty(folders: Sequence[str]) -> None:
    """Remove those that are empty, the innermost first."""
    for folder in sorted(folders, key=len, reverse=True):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def _write(path: str, data: bytes, mode: int) -> None:
    """By a temporary file and a rename; only a file with several hard links is written in place, or it would lose
    the others."""
    old = os.stat(path) if os.path.exists(path) else None
    if old and old.st_nlink > 1:
        with open(path, "r+b") as file:
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        return
    temporary = _temporary(path)
    whole_file.replace(path, data, mode & ~0o022, temporary, lambda: _keep(path, temporary, old) if old else None)


def remove_tree(path: str) -> None:
    """A folder with all that is in it; what it links to stays."""
    import shutil  # 5 ms, and `run` reads by this file

    shutil.rmtree(path)


def _temporary(path: str) -> str:
    """A free name beside it."""
    found = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.viewsync-{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(found)  # a killed process had our pid
    return found


def begun(path: str) -> list[str]:
    """The temporary files beside it of processes that are gone."""
    folder, name = os.path.split(path)
    start = f".{name}.viewsync-"
    try:
        found = [entry.removeprefix(start) for entry in os.listdir(folder) if entry.startswith(start)]
    except OSError:
        return []
    return [os.path.join(folder, start + pid) for pid in found if pid.isdecimal() and not processes.exists(int(pid))]


def _link(path: str, target: bytes) -> None:
    temporary = _temporary(path)
    os.symlink(os.fsdecode(target), temporary)
    os.rename(temporary, path)


def _keep(path: str, temporary: str, old: os.stat_result) -> None:
    """Owner, mode, and whatever else the system keeps of a file, but not its times."""
    import shutil

    made = os.stat(temporary)
    if (made.st_uid, made.st_gid) != (old.st_uid, old.st_gid):
        os.chown(temporary, old.st_uid, old.st_gid)
    shutil.copystat(path, temporary)
    os.utime(temporary)
