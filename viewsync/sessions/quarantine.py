"""Keep a session, or a view, from every clean-up, with its output saved, and let it go again."""

from __future__ import annotations

from viewsync.errors import MissingSession, TmuxError, UsageError, ViewsyncError
from viewsync.history import recording
from viewsync.registry import rows, targets
from viewsync.registry.rules.row import Registered, registered
from viewsync.sessions import evidence, listing
from viewsync.tmux import inventory
from viewsync.tmux import quarantine as tmux_quarantine
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple
from viewsync.views import servers

if TYPE_CHECKING:
    from typing import Literal

    from viewsync.context import Context
    from viewsync.registry_shape import SessionRow, ViewRow
    from viewsync.store.registry_file import RegistryFile
    from viewsync.tmux.server import Tmux

    Kind = Literal["sessions", "views"]

_FIELDS = ("quarantined", "quarantined_at", "reason")


class PutAside(NamedTuple):
    name: str
    status: str
    evidence: str  # the folder, "" when nothing could be saved
    problems: list[str]


def put(ctx: Context, name: str, reason: str) -> PutAside:
    """The mark first, which is what protects it; then its evidence."""
    row, kind = _meant(ctx, name)
    if row.quarantined:
        raise UsageError(f"session '{row.name}' is already quarantined", "`viewsync release` ends that")
    marks: SessionRow = {"quarantined": True, "quarantined_at": rows.stamp(ctx.clock()), "reason": reason}
    _update(ctx.registry, row, kind, marks)
    listed = listing.judge(row, listing.ask(ctx.tmux, [row.socket])[row.socket])
    doubt = _in_tmux(ctx.tmux, listed)
    saved = evidence.Saved("", [])
    try:
        saved = evidence.save(ctx, listed, f"quarantine: {reason}" if reason else "quarantine")
        _update(ctx.registry, row, kind, {"evidence": saved.folder})
    except ViewsyncError as error:
        saved = saved._replace(problems=[*saved.problems, error.message])
    recording.record(ctx, [recording.event(ctx.clock, row, "quarantine", "quarantine", reason)])
    return PutAside(row.name, listed.health.status, saved.folder, [*doubt, *saved.problems])


def _in_tmux(tmux: Tmux, listed: listing.Listed) -> list[str]:
    """Beside the row, so that it holds under any name and for any registry; why it does not."""
    if not listed.reading or not listed.found.session:
        return []
    if listed.found.moved:
        return [f"its pane was moved into session {listed.moved_to!r}, which is not quarantined with it"]
    try:
        done = tmux_quarantine.put(tmux, listed.reading.server, listed.found.session)
    except TmuxError as error:
        return [f"it may be quarantined in this registry alone: {error.message}"]
    return [] if done else ["it has just ended"]


def release(ctx: Context, name: str) -> str:
    """The name of what is no longer kept, in tmux and in the registry. Its evidence stays."""
    try:
        row, kind = _meant(ctx, name)
    except MissingSession:
        if not name or not _lift_by_name(ctx, name):
            raise
        return name
    listed = listing.judge(row, listing.ask(ctx.tmux, [row.socket])[row.socket])
    if not listed.quarantined and not (listed.doubt and row.quarantined):
        if _lift_by_name(ctx, name):
            return name
        raise UsageError(f"session '{row.name}' is not quarantined", "`viewsync list` shows which ones are")
    if listed.doubt:
        raise TmuxError(f"cannot tell whether session '{row.name}' is quarantined in tmux: {listed.doubt}", "try again")
    if listed.reading and listed.found.session and not listed.found.moved:
        tmux_quarantine.lift(ctx.tmux, listed.reading.server, listed.found.session)
    if row.quarantined:
        _update(ctx.registry, row, kind, {}, drop=_FIELDS)
    recording.record(ctx, [recording.event(ctx.clock, row, "release", "release", "")])
    return row.name


def _lift_by_name(ctx: Context, name: str) -> bool:
    """Of sessions with exactly that name that no row of ours knows: another registry put them there."""
    done = False
    for socket in servers.live(ctx.env, ctx.registry.read()["views"]):
        try:
            found = inventory.inventory(ctx.tmux, socket)
        except TmuxError:
            continue
        for session in found.sessions:
            if session.name == name and session.quarantined:
                done = tmux_quarantine.lift(ctx.tmux, found.server, session.id) or done
    return done


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


def _update(
    registry: RegistryFile, row: Registered, kind: Kind, values: SessionRow, drop: tuple[str, ...] = ()
) -> None:
    """If the row still stands for the same session."""
    with registry.change() as data:
        known: dict[str, Any] = data[kind]
        now = known.get(row.name)
        read = None if now is None else _view(row.name, now) if kind == "views" else registered(row.name, now)
        if now is None or read is None or not rows.same(read, row):
            raise MissingSession(f"session '{row.name}' changed meanwhile", "try again")
        kept = {key: value for key, value in now.items() if key not in drop}
        known[row.name] = {**kept, **values}
