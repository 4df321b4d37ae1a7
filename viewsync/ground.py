"""What a verb stands on and cannot do without: room, files, memory, the folder that it runs in. It says what is out."""

from __future__ import annotations

import errno
import os

from viewsync.errors import StateError, UsageError, ViewsyncError
from viewsync.system.process import HINTS

_ROOM = "make room on it, then run this again"
_NO_TEMPORARY = "No usable temporary directory"  # as `tempfile` says it
_WHAT_HELPS = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: "your quota is used up; make room, then run this again",
    errno.EFBIG: "the limit of a file's size (`ulimit -f`) is too low",
    errno.EROFS: "nothing can be written there",
    errno.EIO: "the disk fails; see the system's log",
    errno.ESTALE: "the file server has lost it; mount it again",
    errno.EACCES: "see whose it is, and its mode",
    errno.EPERM: "see whose it is, and its attributes",
    **HINTS,
}


def told(error: OSError | MemoryError) -> ViewsyncError | None:
    """In place of an error that nobody expected where it came up; None where it tells of a mistake of ours."""
    if isinstance(error, MemoryError):
        return StateError("cannot go on: out of memory", HINTS[errno.ENOMEM])
    if error.errno == errno.ENOENT and str(error.strerror).startswith(_NO_TEMPORARY):
        return _without_temporary()
    if error.errno == errno.ENOENT and error.filename is None and not _is_there():
        return UsageError("the current folder is gone", "change to one that is there")
    if error.errno not in _WHAT_HELPS:
        return None
    what = f"cannot use {os.fsdecode(error.filename)}" if isinstance(error.filename, (str, bytes)) else "cannot go on"
    return StateError(f"{what}: {error.strerror}", _WHAT_HELPS[error.errno])


def _without_temporary() -> ViewsyncError | None:
    """Python tries one after the other, and forgets why it could use none of them."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return told(error)
    return StateError(f"{_NO_TEMPORARY[0].lower()}{_NO_TEMPORARY[1:]}", "name one in TMPDIR that can be written to")


def _is_there() -> bool:
    try:
        os.getcwd()
    except OSError:
        return False
    return True
