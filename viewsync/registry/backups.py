"""Copy the registry, and put a copy back."""

from __future__ import annotations

import os

from viewsync.store import backup_files, unusable_rows
from viewsync.store.registry_file import Corrupt
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry_shape import RegistryData, SessionRow


class Differences(NamedTuple):
    """What putting a copy back does to the sessions, by name."""

    added: list[str]
    replaced: list[str]
    removed: list[str]


def backup(ctx: Context, path: str) -> tuple[str, int]:
    """The file, and how many sessions are in it. "" for a file among our own."""
    data = ctx.registry.read()
    written = (
        backup_files.write(os.path.abspath(path), data) if path else backup_files.keep(ctx.folder, data, ctx.clock())
    )
    return written, len(data["sessions"])


def load(path: str) -> RegistryData:
    """A copy, checked in full before anything is changed. UsageError."""
    return backup_files.read(path)


def newest(ctx: Context) -> str:
    """The path of the copy that was made last among our own. UsageError when there is none."""
    return backup_files.newest(ctx.folder)


def differences(ctx: Context, copy: RegistryData, *, merge: bool) -> Differences:
    now: dict[str, SessionRow]
    try:
        now = ctx.registry.read()["sessions"]
    except Corrupt:  # the write sets it aside
        now = {}
    there = copy["sessions"]
    added = sorted(there.keys() - now.keys())
    if merge:
        return Differences(added, [], [])
    replaced = sorted(name for name in there.keys() & now.keys() if there[name] != now[name])
    return Differences(added, replaced, sorted(now.keys() - there.keys()))


def restore(ctx: Context, copy: RegistryData, *, merge: bool) -> str:
    """Where the registry as it was is kept. What it knows of views that live is newer than any copy, and stays."""
    with ctx.registry.change() as data:
        kept = backup_files.keep(ctx.folder, data, ctx.clock())
        unusable_rows.carry(copy, data, merge=merge)
        now = data.copy()
        whole: Any = data  # keys that nobody knows go, too
        whole.clear()
        data.update({**copy, **now} if merge else copy)
        data["sessions"] = {**copy["sessions"], **now["sessions"]} if merge else copy["sessions"]
        data["views"] = {**copy["views"], **now["views"]}
        data["guis"] = now["guis"]
    return kept
