"""A session as `list` tells of it, wherever it is: here, on another host, or in the index."""

from __future__ import annotations

import os

from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.index.rules.rows import FarView
    from viewsync.tmux.rules.project_model import LiveSession
    from viewsync.views.rules.groups import View


class SessionRow(NamedTuple):
    """What is not known is empty."""

    name: str
    socket: str
    target: str
    type: str
    status: str
    created_at: str = ""
    last_active: str = ""
    project: str = ""
    pid: int = 0
    moved_to: str = ""
    quarantined: bool = False
    views: Sequence[View | FarView | LiveSession] = ()


def as_listed(row: SessionRow, now: float) -> dict[str, Any]:
    created = epoch(row.created_at)
    return {
        "name": row.name,
        "socket": row.socket,
        "socket_basename": os.path.basename(row.socket),
        "target": row.target,
        "moved_to": row.moved_to or None,
        "type": row.type,
        "project": row.project or None,
        "status": row.status,
        "pid": row.pid or None,
        "created_at": row.created_at or None,
        "last_active": row.last_active or None,
        "age": max(0, int(now - created)) if created else None,
        "quarantined": row.quarantined,
        "views": [{"name": view.name, "id": view.id, "attached": bool(view.attached)} for view in row.views],
    }
