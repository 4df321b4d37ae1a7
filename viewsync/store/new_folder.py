"""Make the state folder, with what is above it. Hardly ever: only where there is none."""

from __future__ import annotations

import os

from viewsync.errors import StateError
from viewsync.light import contextlib

_README = """This folder is viewsync's. Nothing in it needs to be edited by hand.

.sessions.json   the registry: sessions and views (shared with the shell tools)
.sessions.lock   its lock; never delete it while anything runs
history.db       what happened to views and sessions, and why
"""


def make(path: str) -> os.stat_result:
    try:
        _make_above(os.path.dirname(path))
        os.mkdir(path, 0o700)
        handle = os.open(os.path.join(path, "README"), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(_README)
    except FileExistsError:
        pass  # another viewsync made it just now
    except OSError as error:
        raise StateError(
            f"cannot make the folder {path}: {error.strerror}",
            "set VIEWSYNC_STATE_DIR to another folder",
        ) from None
    return os.lstat(path)


def _make_above(folder: str) -> None:
    """Private, too, as the XDG rules want it; makedirs would leave these to the umask."""
    if not os.path.isdir(folder):
        _make_above(os.path.dirname(folder))
        with contextlib.suppress(FileExistsError):  # another viewsync made it just now; mkdir of the next one tells
            os.mkdir(folder, 0o700)
