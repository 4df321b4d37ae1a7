"""The registry's sessions: read without the lock, changed under it, and only where nobody else was faster."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from viewsync.rules.registered import Registered, registered

if TYPE_CHECKING:
    from viewsync.context import Context

# What makes two rows of one name the same session. Others may touch the rest (last_active) meanwhile.
_IDENTITY = ("socket", "target", "created_at", "server", "session_id", "maker", "maker_start")


def read(ctx: Context) -> list[Registered]:
    """All of them, by name. Raises StateError when they cannot be known: that is not the same as none."""
    return [registered(name, row) for name, row in sorted(ctx.registry.read()["sessions"].items())]


def remove(ctx: Context, row: Registered) -> bool:
    """Forget that session, unless the name stands for another one by now."""
    with ctx.registry.change() as data:
        sessions = data["sessions"]
        if row.name not in sessions or not same(registered(row.name, sessions[row.name]), row):
            return False
        del sessions[row.name]
    return True


def same(one: Registered, other: Registered) -> bool:
    return all(getattr(one, each) == getattr(other, each) for each in _IDENTITY)


def update(ctx: Context, row: Registered, values: dict[str, Any], drop: tuple[str, ...] = ()) -> bool:
    """Change fields of that session's row; what others wrote into it stays."""
    with ctx.registry.change() as data:
        sessions = data["sessions"]
        if row.name not in sessions or not same(registered(row.name, sessions[row.name]), row):
            return False
        kept = {key: value for key, value in sessions[row.name].items() if key not in drop}
        sessions[row.name] = {**kept, **values}
    return True


def stamp(now: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
