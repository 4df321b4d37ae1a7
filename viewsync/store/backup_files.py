"""Copies of the registry: written whole or not at all, never over anything, and read only when they are sound."""

from __future__ import annotations

import os
import time

from viewsync.errors import StateError, UsageError
from viewsync.light import contextlib, json
from viewsync.store import own_files, unusable_rows
from viewsync.store.registry_file import NEEDED, parse, shown
from viewsync.system import whole_file
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.registry_shape import RegistryData

FOLDER = "backups"


def write(path: str, data: RegistryData) -> str:
    """A new file, 0600; its path. UsageError when something stands there, StateError when it cannot be written."""
    text = shown(data)
    parse(text, path)  # what cannot be read back is no backup
    temporary = f"{path}.tmp-{os.getpid()}"
    try:
        whole_file.create(temporary, text)
        os.link(temporary, path)  # unlike a rename, it replaces nothing
    except FileExistsError:
        raise UsageError(f"{path} is there already", "name another file; nothing was changed") from None
    except OSError as error:
        raise StateError(f"cannot write {path}: {error.strerror}", "name another file; nothing was changed") from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    return path


def keep(folder: str, data: RegistryData, now: float) -> str:
    """A copy among our own, named by the time; its path."""
    own = os.path.join(folder, FOLDER)
    try:
        own_files.make_folder(own)
    except OSError as error:
        raise StateError(f"cannot make {own}: {error.strerror}", "nothing was changed") from None
    stem = os.path.join(own, time.strftime("sessions-%Y%m%dT%H%M%SZ", time.gmtime(now)))
    number, path = 1, f"{stem}.json"
    while True:
        try:
            return write(path, data)
        except UsageError:  # another one of the same second
            number += 1
            path = f"{stem}-{number}.json"


def newest(folder: str) -> str:
    """The path of the copy that was made last."""
    own = os.path.join(folder, FOLDER)
    try:
        copies = [entry for entry in os.scandir(own) if entry.name.endswith(".json") and entry.is_file()]
    except OSError:
        copies = []
    if not copies:
        raise UsageError(f"there is no copy of the registry in {own}", "name a FILE; nothing was changed")
    return max(copies, key=lambda entry: (entry.stat().st_mtime_ns, entry.name)).path


def read(path: str) -> RegistryData:
    """A copy that is a registry in full. UsageError says what is wrong with one that is not."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
        data = parse(text, path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "nothing was changed") from None
    except StateError as error:
        raise UsageError(error.message, "nothing was changed") from None
    if not json.loads(text).keys() >= NEEDED:
        raise UsageError(f"{path} is not a registry: it has no sessions or no version", "nothing was changed")
    for entry in unusable_rows.of(data):
        if entry.whole and (entry.name is None or entry.where == "sessions"):
            hint = "take it out of the copy; nothing was changed"
            raise UsageError(f"{path}: {entry.told} cannot be used: {entry.problem}", hint)
    for name, row in data["sessions"].items():
        if not all(isinstance(row.get(key), str) and row[key] for key in ("socket", "target")):
            raise UsageError(f"{path}: the row of {name!r} lacks a socket or a target", "nothing was changed")
    return data
