"""Write a file whole or not at all: on the disk, and read back, before it stands under its name."""

from __future__ import annotations

import os

from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def create(path: str, data: str | bytes, mode: int = 0o600, prepare: Callable[[], None] | None = None) -> None:
    """A new file, in the place of what a killed process of our number left there. OSError.

    `prepare` is called while it is empty still: nobody reads before who may read is settled.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with open(handle, "r+b") as file:
        if prepare:
            prepare()
        file.write(raw)
        file.flush()
        os.fsync(handle)
        file.seek(0)
        if file.read() != raw:
            raise OSError(5, "what was read back is not what was written")


def replace(
    path: str,
    data: str | bytes,
    mode: int = 0o600,
    temporary: str = "",
    prepare: Callable[[], None] | None = None,
) -> None:
    """OSError, and then what was there still is. `temporary`: a name beside it, by which a leftover is known."""
    temporary = temporary or f"{path}.tmp-{os.getpid()}"
    try:
        create(temporary, data, mode, prepare)
        os.rename(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
