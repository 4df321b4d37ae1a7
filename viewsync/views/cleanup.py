"""The clean-up of one server: inventory, verdicts, act, record. Every clean-up layer ends here."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.events import END, HOOK
from viewsync.history import recording
from viewsync.registry.safe_reading import read_registry
from viewsync.system import processes, terminal_owner
from viewsync.tmux import inventory, pid_namespaces
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.model import KEEP, PROMOTE, Inventory, Verdict
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views import servers, wezterm_panes
from viewsync.views.rules import facts, names, order, policy, tabs, tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.context import Context
    from viewsync.registry_shape import RegistryData, SessionRow, ViewRow
    from viewsync.tmux.rules.model import Client, Server
    from viewsync.views.rules.tracking import Changes


class Swept(NamedTuple):
    """What a sweep found and did. `failed`: verdicts that the server did not let pass, since it knew better."""

    verdicts: list[Verdict]
    failed: list[Verdict]
    errors: list[str]
    later: bool = False  # a tab is to get another view, and somebody is in the midst of a key sequence there

    def add(self, other: Swept) -> None:
        self.verdicts.extend(other.verdicts)
        self.failed.extend(other.failed)
        self.errors.extend(other.errors)

    def count(self, action: str) -> int:
        return sum(verdict.action == action for verdict in self.verdicts if verdict not in self.failed)


class Scope(NamedTuple):
    """`guis`: only views opened from those WezTerms (their pids, and when they started), none for all."""

    trigger: str
    dry_run: bool = False
    guis: Sequence[tuple[int, float]] = ()


def clean(ctx: Context, socket: str, scope: Scope) -> Swept:
    """One server: what is ours there, what the policy says, do it, write it down."""
    # The registry first: a row that is older than the reading may be dropped for what the reading does not show.
    data, doubt = read_registry(ctx)
    views, found = data["views"], inventory.inventory(ctx.tmux, socket)
    if scope.trigger != HOOK and not scope.dry_run and found.complete and not doubt and _came_back(ctx, found, views):
        views = read_registry(ctx)[0]["views"]
        found = inventory.inventory(ctx.tmux, socket)
    if not pid_namespaces.is_here(found.server):  # of those on its views, and their WezTerms, nothing is known
        return Swept([], [], [f"nothing was cleaned up on {socket}: {pid_namespaces.NOT_HERE}"])
    views = servers.without_lost(found.server, views)
    found = _identified(found, views)
    doubt = found.doubt or doubt
    now, awake = ctx.clock(), ctx.awake()
    changes = tracking.compare(found, views, _running(views), now, scope.trigger, awake)
    after = tracking.merged(views, changes.rows)
    rules = policy.of(ctx.config)
    known = facts.of(found, after, wezterm_panes.tracked(after, data["guis"]), now, awake)
    in_scope = [view for view in known if _in_scope(after.get(view.name, {}), scope)]
    verdicts = policy.decide(in_scope, rules, now, doubt)
    errors = [doubt] if doubt else []
    if scope.dry_run or not found.complete:  # what was not understood may be the very view that seems to be gone
        return Swept(verdicts, [], errors)
    # Ends first: until the others of its group are gone, the server does not let a last holder be promoted.
    wanted = sorted(
        (verdict for verdict in verdicts if verdict.action != KEEP), key=lambda each: each.action == PROMOTE
    )
    by_mark = {verdict.id for verdict in wanted} - tracking.proven(found, views).keys()
    done = tmux_views.act(ctx.tmux, found.server, wanted, now, rules.grace, by_mark) if wanted else []
    failed = [verdict for verdict, ok in zip(wanted, done, strict=True) if not ok]
    errors += guarded(lambda: _mend(ctx, found, changes, hooks_wanted=bool(known) and scope.trigger != HOOK))
    errors += guarded(lambda: _note_away(ctx, found, after, data, rules))
    errors += guarded(lambda: _take_note(ctx, found, after, data, rules))
    outcome = [verdict for verdict in verdicts if verdict not in failed]
    held: list[str] = []
    errors += guarded(lambda: held.extend(_record(ctx, found, views, changes, outcome, now, scope.trigger)))
    if found.ended and not errors and not held:
        errors += guarded(lambda: tmux_views.forget_ended(ctx.tmux, socket, found.ended))
    if data["sessions"]:
        left = {event.parent: event.at for event in changes.events if event.event == END}
        errors += guarded(lambda: _note_presence(ctx, found, data["sessions"], scope.trigger, left))
    later = False
    if not doubt and tabs.astray(found, after, views):
        from viewsync.views import switching  # seldom

        later = switching.follow(ctx, found, after, views, data["guis"], lambda row: _in_scope(row, scope), errors)
    errors += guarded(lambda: _order(ctx, found, after))
    return Swept(verdicts, failed, errors, later)


def _note_away(
    ctx: Context, found: Inventory, views: Mapping[str, ViewRow], data: RegistryData, rules: policy.Policy
) -> None:
    """What a living tab has left the server keeps, and ends when that one ends, where nothing else can keep it."""
    left = tracking.left(found, views)
    wanted = {session: (tty, not _keeps(views.get(name, {}), data, rules)) for session, (name, tty) in left.items()}
    changed = [
        (view.id, tty, alone)
        for view in found.sessions
        for tty, alone in [wanted.get(view.id, ("", False))]
        if view.away != tty or (alone and not view.ends_alone)
    ]
    if changed:
        from viewsync.tmux import switching  # only then

        switching.note_away(ctx.tmux, found.server, changed)


def _order(ctx: Context, found: Inventory, views: Mapping[str, ViewRow]) -> None:
    """Last, since all else means views by the names that were read."""
    if order.misnamed(found, views):
        from viewsync.views import ordering  # seldom

        ordering.mend(ctx, found, views)


def _take_note(
    ctx: Context, found: Inventory, views: Mapping[str, ViewRow], data: RegistryData, rules: policy.Policy
) -> None:
    """What has been opened, and what its server is not to end alone any more."""
    opened = [view.id for view in found.sessions if view.opening]
    alone = [view for view in found.sessions if view.ends_alone]
    undecided = [view.id for view in alone if _keeps(views.get(view.name, {}), data, rules)]
    if opened or undecided:
        tmux_views.take_note(ctx.tmux, found.server, opened, undecided)


def _came_back(ctx: Context, found: Inventory, views: Mapping[str, ViewRow]) -> bool:
    """Whether sessions that somebody had saved as they were views of ours are ours again."""
    if not any(names.looks_like_view(session.name) and not session.marked for session in found.sessions):
        return False
    from viewsync.views import restored  # seldom

    try:
        return bool(restored.take_over(ctx, found, views))
    except ViewsyncError as error:
        ctx.log.warning("%s", error.message)
        return False


def _keeps(row: ViewRow, data: RegistryData, rules: policy.Policy) -> bool:
    """Whether the view is kept, or may be, for something that its server cannot know."""
    held = rules.linger or row.get("pinned") or row.get("quarantined")
    return bool(held) or tracking.pane_may_stay(row, data["guis"])


def _note_presence(
    ctx: Context, found: Inventory, rows: Mapping[str, SessionRow], trigger: str, left: Mapping[str, float]
) -> None:
    from viewsync.history import presence  # only where sessions are registered

    presence.note(ctx, found, rows, trigger, left)


def _in_scope(row: ViewRow, scope: Scope) -> bool:
    return not scope.guis or any(wezterm_panes.opened_by(row, *gui) for gui in scope.guis)


def _identified(found: Inventory, views: Mapping[str, ViewRow]) -> Inventory:
    """With what the system knows of the clients that are on views: their numbers alone are given out again."""
    rows = tracking.proven(found, views)
    pids = {row["pid"] for row in views.values() if tabs.is_tab(row)}
    ours = {
        session.id: views.get(rows.get(session.id, ""), {})
        for session in found.sessions
        if session.marked or session.id in rows
    }
    clients = [
        _known(client, ours[client.session])
        if client.session in ours
        else client._replace(start=processes.start_time(client.pid, cheaply=True))
        if client.pid in pids
        else client
        for client in found.clients
    ]
    return found._replace(clients=tuple(clients))


def _known(client: Client, row: ViewRow) -> Client:
    client = client._replace(start=processes.start_time(client.pid, cheaply=True))
    leader, start = row.get("leader", 0), row.get("leader_start", 0.0)
    if not (client.start and leader and tabs.is_clients(row, client) and row.get("tty") == client.tty):
        leader, start = terminal_owner.of(client.tty, client.pid)
    return client._replace(leader=leader, leader_start=start)


def _running(views: Mapping[str, ViewRow]) -> set[str]:
    """The views whose openers are still on their way."""
    return {name for name, row in views.items() if row.get("state") == tracking.CREATING and client_lives(row)}


def client_lives(row: ViewRow) -> bool:
    return processes.alive(int(row.get("pid") or 0), float(row.get("pid_start") or 0), row.get("place", ""))


def _mend(ctx: Context, found: Inventory, changes: Changes, *, hooks_wanted: bool) -> None:
    """Set again what a user's hooks or a reload of the configuration took away.

    A hook that was called does not look after the hooks: with two launchers on one server they would take turns.
    """
    socket = found.server.socket
    for session, detour, name in changes.detours:
        tmux_views.rename_back(ctx.tmux, socket, session, detour, name)
    for session, name, parent in changes.unmarked:
        tmux_views.mark(ctx.tmux, socket, session, name, parent)
    if hooks_wanted and ctx.config["hooks"] and not hooks.stand(found.hooks, ctx.caller):
        tmux_views.set_hooks(ctx.tmux, socket, ctx.caller, found.server.version)


def _record(
    ctx: Context,
    found: Inventory,
    before: Mapping[str, ViewRow],
    changes: Changes,
    verdicts: list[Verdict],
    now: float,
    trigger: str,
) -> list[str]:
    """Rows first, then history: one line for each row that this process was the one to change.

    Returns the names of rows that were held back: of views that are gone, where no other row names the tab.
    """
    server, held = found.server, []
    rows = {name: _placed(row) for name, row in changes.rows.items()}
    events = list(changes.events)
    for verdict in verdicts:
        row = rows.get(verdict.session) or before.get(verdict.session) or {}
        if verdict.action == KEEP and row.get("verdict") == verdict.reason:
            continue
        rows[verdict.session] = {**row, "verdict": verdict.reason} if verdict.action == KEEP else None
        events.append(tracking.event(server, verdict.session, row, verdict.action, verdict.reason, now, trigger))
    if rows:
        with ctx.registry.change() as data:
            views = data["views"]
            # What this process ended is gone, whatever somebody wrote about it meanwhile.
            seen = {
                **before,
                **{verdict.session: views.get(verdict.session) for verdict in verdicts if verdict.action != KEEP},
            }
            written = {name for name, row in rows.items() if row and replace(views, name, seen.get(name), row)}
            gone = [name for name, row in rows.items() if row is None]
            seen |= _moved(server, gone, views, rows)
            held = [name for name in gone if name in changes.rows and tabs.only_row(name, views, found.clients)]
            written |= {name for name in gone if name not in held and replace(views, name, seen.get(name), None)}
        told = {names.told_as(name, rows[name] or before.get(name) or {}) for name in written}
        recording.record(ctx, [event for event in events if event.session in told])
    return held


def _moved(
    server: Server, gone: Sequence[str], views: Mapping[str, ViewRow], rows: Mapping[str, ViewRow | None]
) -> dict[str, ViewRow | None]:
    """The rows of old names, as they are by now. A session has one row: who wrote one of these had read that name."""
    there, ids = tracking.rows_of(server, views), {row.get("session_id") for row in rows.values() if row}
    return {name: there[name] for name in gone if name in there and there[name].get("session_id") in ids - {None, ""}}


def _placed(row: ViewRow | None) -> ViewRow | None:
    """Its server is here, whoever wrote the row."""
    return {**row, "place": processes.place()} if row and row.get("state") != tracking.CREATING else row


def replace(views: dict[str, ViewRow], name: str, seen: ViewRow | None, row: ViewRow | None) -> bool:
    """A row that somebody else changed meanwhile stays as they left it."""
    if views.get(name) != seen:
        return False
    if row is None:
        views.pop(name, None)
    else:
        views[name] = row
    return True


def guarded(work: Callable[[], None]) -> list[str]:
    try:
        work()
    except ViewsyncError as error:
        return [error.message]
    return []
