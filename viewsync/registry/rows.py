"""The registry's sessions: read without the lock, changed under it, and only where nobody else was faster."""

from __future__ import annotations

import time

from viewsync.registry.rules.row import Registered, registered, without
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewsync.registry_shape import RegistryData, SessionRow
    from viewsync.store.registry_file import RegistryFile

# What makes two rows of one name the same session. Others may touch the rest (last_active) meanwhile.
_IDENTITY = ("socket", "target", "created_at", "server", "session_id", "maker", "maker_start")


def read(registry: RegistryFile) -> list[Registered]:
    """All of them, by name. Raises StateError when they cannot be known: that is not the same as none."""
    return of(registry.read())


def of(data: RegistryData) -> list[Registered]:
    """The same, of what the registry read."""
    return [registered(name, row) for name, row in sorted(data["sessions"].items())]


def remove_all(registry: RegistryFile, rows: Iterable[Registered]) -> set[str]:
    """Forget those sessions in one write; the names of those that were still what they were."""
    removed = set()
    with registry.change() as data:
        sessions = data["sessions"]
        for row in rows:
            if row.name in sessions and same(registered(row.name, sessions[row.name]), row):
                del sessions[row.name]
                removed.add(row.name)
    return removed


def remove(registry: RegistryFile, row: Registered) -> bool:
    """Forget that session, unless the name stands for another one by now."""
    return row.name in remove_all(registry, [row])


def same(one: Registered, other: Registered) -> bool:
    return all(getattr(one, field) == getattr(other, field) for field in _IDENTITY)


def update(registry: RegistryFile, row: Registered, values: SessionRow, drop: tuple[str, ...] = ()) -> bool:
    """Change fields of that session's row; what others wrote into it stays."""
    with registry.change() as data:
        sessions = data["sessions"]
        if row.name not in sessions or not same(registered(row.name, sessions[row.name]), row):
            return False
        sessions[row.name] = {**without(sessions[row.name], drop), **values}
    return True


def rekey(sessions: dict[str, SessionRow], row: Registered, name: str) -> bool:
    """Give that session's row another name, and its target with it; for inside of `change`.

    False when it stands for another session by now, or when the name is taken.
    """
    if row.name not in sessions or not same(registered(row.name, sessions[row.name]), row):
        return False
    return not rename(sessions, {row.name: name})


def rename(sessions: dict[str, SessionRow], names: Mapping[str, str]) -> set[str]:
    """Give rows other names, all at once, and their targets with them; for inside of `change`.

    A row whose new name another one has keeps its own: those names come back.
    """
    moved = {old: sessions.pop(old) for old in names}
    taken: set[str] = set()
    while more := {old for old in moved.keys() - taken if names[old] in sessions or names[old] in taken}:
        taken |= more  # who stays keeps its name from those that wanted it
    for old, values in moved.items():
        name = old if old in taken else names[old]
        session, colon, place = str(values.get("target", "")).rpartition(":")
        sessions[name] = {**values, "target": f"{name}:{place}"} if colon and session else values
    return taken


def stamp(now: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
