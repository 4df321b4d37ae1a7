"""What project files said when they were last read: their parser costs more than all else of a run that has nothing to
do. One file of ours for each of the user's, with the sum of its text, and by which parser it was read: another text was
never parsed.
"""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib, json
from viewsync.store import own_files
from viewsync.system import whole_file
from viewsync.typed import Any

FOLDER = "parsed"
_MOST = 64  # files: beyond, those that were parsed longest ago go
_LARGEST = 100_000  # characters


def find(state: str, path: str, text: str, parser: str) -> Any:
    """What `keep` was given for exactly that, None where there is nothing. `parser`: another word for each edition."""
    try:
        found = json.loads(own_files.read(_place(state, path)) or "null")
    except (OSError, ValueError, RecursionError, ViewsyncError):
        return None
    return found[3] if isinstance(found, list) and found[:3] == [parser, path, _sum(text)] and len(found) == 4 else None


def keep(state: str, path: str, text: str, parser: str, said: Any) -> None:
    """Where that cannot be, nothing is lost."""
    folder, place = os.path.join(state, FOLDER), _place(state, path)
    kept = json.dumps([parser, path, _sum(text), said])
    if len(kept) > _LARGEST:
        return
    with contextlib.suppress(OSError, ViewsyncError, UnicodeError):
        own_files.make_folder(folder)
        whole_file.replace(place, kept)
        there = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime)
        for entry in there[:-_MOST]:
            os.unlink(entry.path)


def forget(state: str, path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(_place(state, path))


def _sum(text: str) -> str:
    try:
        from _blake2 import blake2b  # without all that `hashlib` imports
    except ImportError:
        from hashlib import blake2b
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=32).hexdigest()


def _place(state: str, path: str) -> str:
    import zlib

    return os.path.join(state, FOLDER, f"{zlib.crc32(os.fsencode(path)):08x}.json")
