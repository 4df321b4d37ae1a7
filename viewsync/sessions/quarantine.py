"""Keep a session, or a view, from every clean-up, with its output saved, and let it go again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from viewsync.errors import MissingSession, UsageError, ViewsyncError
from viewsync.history import recording
from viewsync.registry import rows, targets
from viewsync.registry.rules.row import Registered, registered
from viewsync.sessions import evidence, listing

if TYPE_CHECKING:
    from typing import Literal

    from viewsync.context import Context
    from viewsync.registry_shape import SessionRow, ViewRow

    Kind = Literal["sessions", "views"]

_FIELDS = ("quarantined", "quarantined_at", "reason")


class Quarantined(NamedTuple):
    name: str
    status: str
    evidence: str  # the folder, "" when nothing could be saved
    problems: list[str]


def put(ctx: Context, name: str, reason: str) -> Quarantined:
    """The mark first, which is what protects it; then its evidence."""
    row, kind = _meant(ctx, name)
    if row.quarantined:
        raise UsageError(f"session '{row.name}' is already quarantined", "`viewsync release` ends that")
    marks: SessionRow = {"quarantined": True, "quarantined_at": rows.stamp(ctx.clock()), "reason": reason}
    _update(ctx, row, kind, marks)
    listed = listing.judge(row, listing.ask(ctx, [row.socket])[row.socket])
    saved = evidence.Saved("", [])
    try:
        saved = evidence.save(ctx, listed, f"quarantine: {reason}" if reason else "quarantine")
        _update(ctx, row, kind, {"evidence": saved.folder})
    except ViewsyncError as error:
        saved = saved._replace(problems=[*saved.problems, error.message])
    recording.record(ctx, [recording.event(ctx, row, "quarantine", "quarantine", reason)])
    return Quarantined(row.name, listed.health.status, saved.folder, saved.problems)


def release(ctx: Context, name: str) -> str:
    """The name of what is no longer kept. Its evidence stays."""
    row, kind = _meant(ctx, name)
    if not row.quarantined:
        raise UsageError(f"session '{row.name}' is not quarantined", "`viewsync list` shows which ones are")
    _update(ctx, row, kind, {}, drop=_FIELDS)
    recording.record(ctx, [recording.event(ctx, row, "release", "release", "")])
    return row.name


def _meant(ctx: Context, name: str) -> tuple[Registered, Kind]:
    """A registered session, else a view of that name; without a name the only session."""
    data = ctx.registry.read()
    if name and name not in data["sessions"] and name in data["views"]:
        return _view(name, data["views"][name]), "views"
    row = targets.resolve(ctx, targets.TargetArgs(session=name)).row
    if row is None:
        raise targets.not_found(name, [*data["sessions"], *data["views"]])
    return row, "sessions"


def _view(name: str, row: ViewRow) -> Registered:
    """A view's row knows its session by its exact name alone."""
    return registered(name, {**row, "target": name})


def _update(ctx: Context, row: Registered, kind: Kind, values: SessionRow, drop: tuple[str, ...] = ()) -> None:
    """If the row still stands for the same session."""
    with ctx.registry.change() as data:
        known: dict[str, Any] = data[kind]
        now = known.get(row.name)
        read = None if now is None else _view(row.name, now) if kind == "views" else registered(row.name, now)
        if now is None or read is None or not rows.same(read, row):
            raise MissingSession(f"session '{row.name}' changed meanwhile", "try again")
        kept = {key: value for key, value in now.items() if key not in drop}
        known[row.name] = {**kept, **values}
