"""What is in a folder, down to the last byte: for "as it was before"."""

from __future__ import annotations

import os
import stat


def tree(path: str, but: tuple[str, ...] = ()) -> dict[str, tuple[str, int, bytes]]:
    """Kind, mode and content of everything below `path`, without sockets and without the names in `but`."""
    found: dict[str, tuple[str, int, bytes]] = {}
    for folder, folders, files in os.walk(path):
        folders[:] = [name for name in folders if name not in but]
        for name in [*folders, *files]:
            at = os.path.join(folder, name)
            mode = os.lstat(at).st_mode
            if not stat.S_ISSOCK(mode) and name not in but:
                found[os.path.relpath(at, path)] = _entry(at, mode)
    return found


def _entry(path: str, mode: int) -> tuple[str, int, bytes]:
    if stat.S_ISLNK(mode):
        return ("link", 0, os.fsencode(os.readlink(path)))
    if stat.S_ISDIR(mode):
        return ("folder", stat.S_IMODE(mode), b"")
    with open(path, "rb") as file:
        return ("file", stat.S_IMODE(mode), file.read())
