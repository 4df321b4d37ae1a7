"""Inventory, verdicts, act, record: for one server, or for all. Every clean-up layer ends here."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from viewsync import paths
from viewsync.errors import StateError, ViewsyncError
from viewsync.history import recording
from viewsync.store import pending_steps
from viewsync.system import processes
from viewsync.tmux import inventory
from viewsync.tmux import sockets as tmux_sockets
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.model import KEEP, PROMOTE, Inventory, Server, Verdict
from viewsync.views import wezterm_panes
from viewsync.views.rules import policy, tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from viewsync.context import Context
    from viewsync.tmux.rules.model import Event
    from viewsync.views.rules.tracking import Changes, Row


HOOK = "hook"  # the trigger of the tmux hooks


class Swept(NamedTuple):
    """What a sweep found and did. `failed`: verdicts that the server did not let pass, since it knew better."""

    verdicts: list[Verdict]
    failed: list[Verdict]
    errors: list[str]

    def count(self, action: str) -> int:
        return sum(each.action == action for each in self.verdicts if each not in self.failed)


class Scope(NamedTuple):
    """`gui`: only views opened from that WezTerm (its pid), 0 for all. `projects`: project sessions, too."""

    trigger: str
    dry_run: bool = False
    gui: int = 0
    projects: bool = False


def sweep(ctx: Context, scope: Scope, sockets: Iterable[str] | None = None) -> Swept:
    """One pass over the given servers, or over all of the user's. One that fails does not stop the others."""
    total = Swept([], [], [])
    data, doubt = read_registry(ctx)
    for socket in servers(ctx, data["views"]) if sockets is None else sockets:
        try:
            done = clean(ctx, socket, scope)
            total.verdicts.extend(done.verdicts)
            total.failed.extend(done.failed)
            total.errors.extend(done.errors)
        except ViewsyncError as error:
            if sockets is not None or tmux_sockets.listens(socket):  # else it ended since it was listed, as servers do
                total.errors.append(error.message)
    if doubt and doubt not in total.errors:
        total.errors.append(doubt)
    if scope.projects and sockets is None and not scope.gui and not doubt:
        total.errors.extend(_guarded(lambda: _sweep_projects(ctx, data["sessions"], scope, total)))
    if sockets is None and not scope.dry_run:
        total.errors.extend(_guarded(lambda: _forget_dead_servers(ctx, data["views"], scope.trigger)))
    return total


def _sweep_projects(ctx: Context, rows: Mapping[str, Row], scope: Scope, total: Swept) -> None:
    if not any(row.get("type") == "project" for row in rows.values()) and not pending_steps.any_waiting(ctx.folder):
        return
    from viewsync.projects import expiring  # only where there are any

    done = expiring.sweep(ctx, dry_run=scope.dry_run)
    total.verdicts.extend(done.verdicts)
    total.failed.extend(done.failed)
    total.errors.extend(done.errors)


def servers(ctx: Context, views: Mapping[str, Row]) -> list[str]:
    """The sockets of all live servers of this user: tmux's folders, ours, and those that rows name."""
    named = [str(row["socket"]) for row in views.values() if row.get("socket")]
    if inside := tmux_sockets.socket_inside(ctx.env):
        named.append(inside)
    return tmux_sockets.live_sockets(paths.tmux_folders(ctx.env), named)


def clean(ctx: Context, socket: str, scope: Scope) -> Swept:
    """One server: what is ours there, what the policy says, do it, write it down."""
    # The registry first: a row that is older than the reading may be dropped for what the reading does not show.
    data, doubt = read_registry(ctx)
    found = inventory.inventory(ctx.tmux, socket)
    doubt = doubt_of(found) or doubt
    now = ctx.clock()
    views = data["views"]
    changes = tracking.compare(found, views, _running(views), now, scope.trigger)
    after = merged(views, changes.rows)
    facts = tracking.facts(found, after, wezterm_panes.live_ttys(data["guis"]))
    in_scope = [each for each in facts if _in_scope(after.get(each.name, {}), scope)]
    verdicts = policy.decide(in_scope, ctx.config.policy, now, doubt)
    errors = [doubt] if doubt else []
    if scope.dry_run or not found.complete:  # what was not understood may be the very view that seems to be gone
        return Swept(verdicts, [], errors)
    # Ends first: until the others of its group are gone, the server does not let a last holder be promoted.
    wanted = sorted((each for each in verdicts if each.action != KEEP), key=lambda each: each.action == PROMOTE)
    done = tmux_views.act(ctx.tmux, found.server, wanted, now, ctx.config.policy.grace) if wanted else []
    failed = [each for each, ok in zip(wanted, done, strict=True) if not ok]
    errors += _guarded(lambda: _mend(ctx, found, changes, hooks_wanted=bool(facts) and scope.trigger != HOOK))
    outcome = [each for each in verdicts if each not in failed]
    errors += _guarded(lambda: _record(ctx, found.server, views, changes, outcome, now, scope.trigger))
    if data["sessions"]:
        errors += _guarded(lambda: _note_presence(ctx, found, data["sessions"], scope.trigger))
    return Swept(verdicts, failed, errors)


def _note_presence(ctx: Context, found: Inventory, rows: Mapping[str, Row], trigger: str) -> None:
    from viewsync.history import presence  # only where sessions are registered

    presence.note(ctx, found, rows, trigger)


def doubt_of(found: Inventory) -> str:
    """Why nothing may end on the strength of that reading, "" when it is whole."""
    return "" if found.complete else f"{found.server.socket}: tmux's answer was not understood in full"


def _in_scope(row: Mapping[str, Any], scope: Scope) -> bool:
    return not scope.gui or row.get("gui") == scope.gui


def read_registry(ctx: Context) -> tuple[dict[str, Any], str]:
    """The registry, or an empty one with the reason why nothing may end on its strength."""
    try:
        registry = ctx.registry
    except StateError as error:  # a folder that is refused takes no log either
        return {"sessions": {}, "views": {}, "guis": {}}, error.message
    try:
        return registry.read(), ""
    except StateError as error:
        ctx.log.warning("%s", error.message)
        return {"sessions": {}, "views": {}, "guis": {}}, error.message


def _running(views: Mapping[str, Row]) -> set[int]:
    """The openers that are still on their way."""
    pids = {int(row.get("pid") or 0) for row in views.values() if row.get("state") == tracking.CREATING}
    return {pid for pid in pids if processes.alive(pid)}


def merged(views: Mapping[str, Row], rows: Mapping[str, Row | None]) -> dict[str, Row]:
    merged = {**views, **rows}
    return {name: row for name, row in merged.items() if row is not None}


def _mend(ctx: Context, found: Inventory, changes: Changes, *, hooks_wanted: bool) -> None:
    """Set again what a user's hooks or a reload of the configuration took away.

    A hook that was called does not look after the hooks: with two launchers on one server they would take turns.
    """
    socket = found.server.socket
    for session, detour, name in changes.detours:
        tmux_views.rename_back(ctx.tmux, socket, session, detour, name)
    for session, name, parent in changes.unmarked:
        tmux_views.mark(ctx.tmux, socket, session, name, parent)
    if hooks_wanted and ctx.config["hooks"] and not hooks.stand(found.hooks, ctx.launcher):
        tmux_views.set_hooks(ctx.tmux, socket, ctx.launcher)


def _record(
    ctx: Context,
    server: Server,
    before: Mapping[str, Row],
    changes: Changes,
    verdicts: list[Verdict],
    now: float,
    trigger: str,
) -> None:
    """Rows first, then history: one line for each row that this process was the one to change."""
    rows = dict(changes.rows)
    events = list(changes.events)
    for each in verdicts:
        row = rows.get(each.session) or before.get(each.session) or {}
        if each.action == KEEP and row.get("verdict") == each.reason:
            continue
        rows[each.session] = {**row, "verdict": each.reason} if each.action == KEEP else None
        events.append(tracking.event(server, each.session, row, each.action, each.reason, now, trigger))
    if rows:
        with ctx.registry.change() as data:
            views = data["views"]
            # What this process ended is gone, whatever somebody wrote about it meanwhile.
            seen = {**before, **{each.session: views.get(each.session) for each in verdicts if each.action != KEEP}}
            written = {name for name, row in rows.items() if _replace(views, name, seen.get(name), row)}
        recording.record(ctx, [each for each in events if each.session in written])


def _replace(views: dict[str, Row], name: str, seen: Row | None, row: Row | None) -> bool:
    """A row that somebody else changed meanwhile stays as they left it."""
    if views.get(name) != seen:
        return False
    if row is None:
        views.pop(name, None)
    else:
        views[name] = row
    return True


def _guarded(work: Callable[[], None]) -> list[str]:
    try:
        work()
    except ViewsyncError as error:
        return [error.message]
    return []


def _forget_dead_servers(ctx: Context, views: Mapping[str, Row], trigger: str) -> None:
    """Drop the rows of servers that are certainly gone: nobody listens, and the server's process has ended."""
    known = {_socket(row) for row in views.values()}
    silent = {socket for socket in known if socket and not tmux_sockets.listens(socket)}
    dead = {name: row for name, row in views.items() if _socket(row) in silent and _has_ended(row)}
    if not dead:
        return
    with ctx.registry.change() as data:
        for name, row in dead.items():
            _replace(data["views"], name, row, None)
    recording.record(ctx, [_gone(name, row, ctx.clock(), trigger) for name, row in dead.items()])


def _socket(row: Row) -> str:
    return str(row.get("socket") or "")


def _has_ended(row: Row) -> bool:
    """The server's process; of a row that knows none yet, the one that was to become its client."""
    return not processes.alive(_pid(row.get("server")) or int(row.get("pid") or 0))


def _pid(identity: Any) -> int:
    first = str(identity or "").partition(".")[0]
    return int(first) if first.isdigit() else 0


def _gone(name: str, row: Row, now: float, trigger: str) -> Event:
    pid = _pid(row.get("server"))
    return tracking.event(
        Server(str(row["socket"]), pid, 0, ""),
        name,
        row,
        "gone",
        "its tmux server is gone",
        now,
        trigger,
    )


def tidy(ctx: Context) -> None:
    """Remove what writers that were killed left in the state folder: temporary files of processes that are gone."""
    for name in os.listdir(ctx.folder):
        stem, _, pid = name.rpartition("-")
        if stem in (".sessions.json.tmp", "open.conf") and pid.isdigit() and not processes.alive(int(pid)):
            with contextlib.suppress(OSError):  # another sweep was faster, or the folder cannot be written just now
                os.unlink(os.path.join(ctx.folder, name))
