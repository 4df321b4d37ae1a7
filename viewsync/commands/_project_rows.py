"""Project sessions as `status` and its kin show them: JSON for programs, a table for people."""

from __future__ import annotations

import os

from viewsync.output import Result, age, named, table
from viewsync.sessions.rules import health
from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.projects.listing import Known

_HEAD = ("NAME", "PROJECT", "WORKTREE", "TASK", "STATUS", "WINDOWS", "ATTACHED", "AGE", "ACTIVE")
# How a status that has no word of its own is told.
_TOLD = {health.SERVER: "gone", health.MISSING: "gone"}


def data(known: Known, now: float) -> dict[str, Any]:
    """Times in seconds: ago where they are ages, None where nobody knows."""
    live, row, identity = known.live, known.row, known.identity
    created = epoch(row.created_at) if row else float(live.created) if live else 0.0
    active = max(live.activity, live.last_attached) if live else epoch(row.last_active) if row else 0.0
    path = known.about.get("worktree_path") or None
    return {
        "name": known.name,
        "project": identity.project if identity else None,
        "root": identity.root if identity else None,
        "worktree": identity.worktree if identity else None,
        "task": identity.task if identity else None,
        "command": known.command or None,
        "socket": known.socket,
        "session_id": live.id if live else None,
        "status": known.status,
        "doubt": known.doubt or None,
        "windows": len(live.windows) if live else None,
        "panes": len(live.panes) if live else None,
        "attached": _attached(known),
        "views": [{"name": view.name, "id": view.id, "attached": view.attached} for view in known.views if view.view],
        "age": int(max(0.0, now - created)) if created else None,
        "idle": int(max(0.0, now - active)) if active else None,
        "silent": int(max(0.0, now - live.output)) if live and live.output else None,
        "registered": row is not None,
        "quarantined": known.quarantined,
        "worktree_path": path,
        "worktree_gone": isinstance(path, str) and not os.path.isdir(path),
        "auto_cleanup": bool(known.about.get("auto_cleanup")),
        "timeout": known.about.get("timeout") or None,
    }


def _attached(known: Known) -> bool | None:
    """Somebody is on it, or on a view of it, however many they are; None where nobody knows."""
    if known.live is None:
        return None if known.doubt else False
    return known.live.in_use or any(view.in_use for view in known.views)


def lines(rows: Sequence[dict[str, Any]], now: float) -> list[str]:
    return table(_HEAD, [_row(row, now) for row in rows])


def worktree(each: dict[str, Any]) -> str:
    return f"{each['worktree'] or ''}{' (gone)' if each['worktree_gone'] else ''}"


def hints(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What may be done about sessions that are gone, and about those whose worktree is."""
    found = []
    if any(row["status"] in _TOLD for row in rows):
        found.append("`viewsync cleanup` forgets sessions that are gone; `viewsync run` creates them again")
    if any(row["worktree_gone"] for row in rows):
        found.append("`viewsync worktree remove BRANCH` ends sessions whose worktree is gone")
    return list(map(named, found))


def _row(each: dict[str, Any], now: float) -> tuple[str, ...]:
    status = _TOLD.get(each["status"], each["status"])
    return (
        each["name"],
        each["project"] or "-",
        worktree(each) or "-",
        each["task"] or "-",
        f"{status} (quarantined)" if each["quarantined"] else status,
        "-" if each["windows"] is None else str(each["windows"]),
        {True: "attached", False: "-", None: "?"}[each["attached"]],
        "-" if each["age"] is None else age(now, now - each["age"]),
        "-" if each["idle"] is None else f"{age(now, now - each['idle'])} ago",
    )


def ended(ctx: Context, known: Known, trigger: str, *, dry_run: bool) -> Result:
    """End it after its cleanup steps, whoever is on it, or say what would end."""
    if dry_run:
        return Result(*_planned_end(ctx, known))
    data, lines, failed = _end(ctx, known, trigger)
    return Result(data, lines, 1 if failed else 0, data["problems"])


def _planned_end(ctx: Context, known: Known) -> tuple[dict[str, Any], list[str]]:
    """What would end, as JSON and as lines. What keeps it is raised, as `_end` does."""
    from viewsync.projects import ending

    ending.refuse(ctx, known, force=True)
    what = f"end session {known.name}" if known.live else f"forget {known.name}, which is no longer running"
    views = [f"end its view {view.name}" for view in known.views if view.view]
    data = {"name": known.name, "socket": known.socket, "session_id": known.live.id if known.live else None}
    return {**data, "dry_run": True, "status": known.status}, [f"would {view}" for view in [*views, what]]


def _end(ctx: Context, known: Known, trigger: str) -> tuple[dict[str, Any], list[str], bool]:
    """As JSON, as lines, and whether something of it is left."""
    from viewsync.projects import ending

    done = ending.end(ctx, known, trigger, force=True)
    data = {
        "name": known.name,
        "socket": known.socket,
        "session_id": known.live.id if known.live else None,
        "ended": done.ended,
        "deregistered": bool(done.removed),
        "steps": [{"name": step.name, "problem": step.problem} for step in done.steps],
        "problems": done.problems,
    }
    line = f"ended {known.name}" if known.live else f"forgot {known.name}, which was no longer running"
    return data, [line] if done.ended else [], not done.ended or done.removed is False
