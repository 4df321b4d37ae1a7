"""One row of the registry's sessions, as far as it is understood. Others write these rows, too.

The shell tools write socket, target, type, pid, created_at, last_active. viewsync adds who the target is beyond
its name: `server` ("pid.start"), `session_id`, `pane_id`, and `pid_start`, by which a pid that came back is told
apart, and `place`: where all these are some (`processes.place`). While a session is being made, `state` is
"creating", and `maker`, `maker_start` and `maker_place` say by which process;
`revision` counts how often something was added to it later.
`quarantined` keeps it from every clean-up; quarantined_at, reason and evidence say since when, why, and where its
output was saved.
"""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from typing import TypeVar

    from viewsync.registry_shape import SessionRow, ViewRow

    Row = TypeVar("Row", SessionRow, ViewRow)

CREATING = "creating"
_PIDS = 2**31  # more than any pid
_STARTS = 2**53  # and than any start time


class Registered(NamedTuple):
    name: str
    socket: str
    target: str
    type: str
    pid: int  # 0 when it is not known
    pid_start: float
    created_at: str
    last_active: str
    server: str  # "" in a row of the shell tools, as the two ids
    session_id: str
    pane_id: str
    maker: int  # 0 when the session is made
    maker_start: float
    quarantined: bool = False  # no clean-up touches it
    project: str = ""  # the project's name, of a session that a project's file describes
    revision: int = 0
    place: str = ""  # where its process ids are some; "" in older rows
    maker_place: str = ""


def registered(name: str, row: Mapping[str, object]) -> Registered:
    """A value of another kind than is promised counts as none."""

    def text(key: str) -> str:
        value = row.get(key)
        return value if isinstance(value, str) else ""

    def number(key: str, most: int = _PIDS) -> float:
        value = row.get(key)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return 0
        return value if 0 <= value < most else 0

    creating = row.get("state") == CREATING
    return Registered(
        name=name,
        socket=text("socket"),
        target=text("target"),
        type=text("type"),
        pid=int(number("pid")),
        pid_start=float(number("pid_start", _STARTS)),
        created_at=text("created_at"),
        last_active=text("last_active"),
        server=text("server"),
        session_id=text("session_id"),
        pane_id=text("pane_id"),
        maker=int(number("maker")) if creating else 0,
        maker_start=float(number("maker_start", _STARTS)) if creating else 0.0,
        quarantined=row.get("quarantined") is True,
        project=_project(row.get("project")),
        revision=int(number("revision")),
        place=text("place"),
        maker_place=text("maker_place") if creating else "",
    )


def without(row: Row, keys: Container[str]) -> Row:
    """A copy that lacks those fields, and keeps whatever else is in the row."""
    kept: Any = {key: value for key, value in row.items() if key not in keys}
    lacking: Row = kept
    return lacking


def _project(about: Any) -> str:
    """The row says more of its project than the name."""
    name = about.get("project") if isinstance(about, dict) else about
    return name if isinstance(name, str) else ""
