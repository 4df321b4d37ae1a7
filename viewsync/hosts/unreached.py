"""Since when a host has not been reached: a file for each such host, whose time that is. Nothing else is concluded
from it.

A host that answers loses its file. What cannot be written or read is not known, and no verb fails for it.
"""

from __future__ import annotations

import hashlib
import os

from viewsync.errors import StateError, TmuxError, TmuxTimeout
from viewsync.light import contextlib
from viewsync.store import own_files
from viewsync.system.ssh import Unreachable
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewsync.context import Context

FOLDER = "unreachable"


@contextlib.contextmanager
def noted(ctx: Context, host: str) -> Iterator[None]:
    """While that host is asked."""
    try:
        yield
    except (Unreachable, TmuxTimeout):
        _note(ctx, host)
        raise
    except TmuxError:  # it has told
        _forget(ctx, host)
        raise
    _forget(ctx, host)


def _forget(ctx: Context, host: str) -> None:
    with contextlib.suppress(OSError, StateError):
        os.unlink(_path(ctx, host))


def since(ctx: Context, host: str) -> float | None:
    """Epoch seconds; None where it was reached, or nobody knows."""
    try:
        return os.stat(_path(ctx, host), follow_symlinks=False).st_mtime
    except (OSError, StateError):
        return None


def _note(ctx: Context, host: str) -> None:
    """The first one's time stays."""
    with contextlib.suppress(OSError, StateError):
        path = _path(ctx, host)
        own_files.make_folder(os.path.dirname(path))
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))


def _path(ctx: Context, host: str) -> str:
    """`ssh` has names that no file can have."""
    name = hashlib.sha256(host.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return os.path.join(ctx.folder, FOLDER, name)
