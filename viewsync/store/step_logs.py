"""What the steps of projects printed: a file for each run, 0600, the newest of them kept."""

from __future__ import annotations

import os
import time

from viewsync.errors import StateError
from viewsync.light import contextlib, re
from viewsync.store import own_files
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

FOLDER = "steps"
_KEPT = 200
_NAME = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9_-]*-\d+\.log")
_TAIL = 16384  # bytes at the end of a log that its last lines are looked for in
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


def new(folder: str, name: str, now: float) -> tuple[int, str]:
    """A new log: open for appending, so that several can write into it; and its path. StateError."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    stem = os.path.join(folder, FOLDER, f"{stamp}-{re.sub(r'[^A-Za-z0-9_-]', '_', name)[:48]}-{os.getpid()}")
    number, path = 1, f"{stem}.log"
    try:
        own_files.make_folder(os.path.dirname(stem))
        while True:
            try:
                return os.open(path, _FLAGS, 0o600), path
            except FileExistsError:
                number += 1
                path = f"{stem}-{number}.log"
    except OSError as error:
        raise StateError(f"cannot make {path}: {error.strerror}", "`viewsync doctor` checks the folder") from None


def tail(handle: int, lines: int) -> list[bytes]:
    """The last lines of it."""
    size = os.fstat(handle).st_size
    raw = os.pread(handle, _TAIL, max(0, size - _TAIL))
    return raw.splitlines()[-lines:]


def redact(handle: int, values: Collection[bytes]) -> None:
    """Blot these out. In place: what still runs in the background goes on writing into this very file."""
    raw = b""
    while part := os.pread(handle, 1 << 20, len(raw)):
        raw += part
    if any(value in raw for value in values):
        os.ftruncate(handle, 0)
        rest = memoryview(blotted(raw, values))
        while rest:
            rest = rest[os.write(handle, rest) :]


def blotted(raw: bytes, values: Collection[bytes]) -> bytes:
    for value in sorted(values, key=len, reverse=True):  # one may hold another
        raw = raw.replace(value, b"***")
    return raw


def prune(folder: str) -> None:
    """Only the newest stay; their names begin with when they were made. What has no such name is somebody else's."""
    where = os.path.join(folder, FOLDER)
    with contextlib.suppress(OSError):
        names = list(filter(_NAME.fullmatch, own_files.names(where)))
        for name in names[:-_KEPT]:
            os.unlink(os.path.join(where, name))
