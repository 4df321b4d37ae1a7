"""Sessions with their views, a group a row, as one sees them and as the policy does."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.registry.safe_reading import read_registry
from viewsync.tmux import inventory, side_by_side, window_list
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple
from viewsync.views import servers, wezterm_panes
from viewsync.views.rules import facts, policy, tracking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.registry_shape import RegistryData, ViewRow
    from viewsync.tmux.rules.model import Inventory, TmuxSession, Verdict
    from viewsync.tmux.server import Tmux
    from viewsync.tmux.window_list import Window
    from viewsync.views.rules.tracking import Changes


class ListedView(NamedTuple):
    session: TmuxSession
    row: ViewRow
    verdict: Verdict  # what the next sweep would do


class Parent(NamedTuple):
    """A session, or the name that a gone one left to its views (`session` is None)."""

    name: str
    socket: str
    session: TmuxSession | None
    views: list[ListedView]


class Listing(NamedTuple):
    parents: list[Parent]
    servers: list[dict[str, Any]]
    errors: list[str]
    unwritten: list[Event]  # what happened to views, and the next sweep writes into the history


def read(ctx: Context, sockets: Sequence[str] | None = None) -> Listing:
    """One tmux call a server, and nothing is changed."""
    data, doubt = read_registry(ctx)
    listing = Listing([], [], [doubt] if doubt else [], [])
    asked = servers.live(ctx.env, data["views"]) if sockets is None else sockets
    for found in side_by_side.ask(ctx.tmux, asked, _ask).values():
        if isinstance(found, ViewsyncError):
            listing.errors.append(found.message)
            continue
        partial = found.doubt
        listing.errors.extend([partial] if partial else [])
        listing.servers.append(found.server._asdict())
        now = ctx.clock()
        views = servers.without_lost(found.server, data["views"])
        changes = tracking.compare(found, views, (), now, "listing")
        listing.unwritten.extend(changes.events if found.complete else ())
        listing.parents.extend(_parents(ctx, found, data, changes, now, partial or doubt))
    return listing


def windows(ctx: Context, listing: Listing, parents: Sequence[Parent]) -> list[list[Window]]:
    """Those of each parent, a gone one's as its first view has them: one more tmux call a server."""
    answers = side_by_side.ask(ctx.tmux, [parent.socket for parent in parents], _ask_windows)
    listing.errors.extend(answer.message for answer in answers.values() if isinstance(answer, ViewsyncError))
    found: list[list[Window]] = []
    for parent in parents:
        answer = answers[parent.socket]
        session = parent.session or parent.views[0].session
        found.append([] if isinstance(answer, ViewsyncError) else answer.get(session.id, []))
    return found


def _ask_windows(tmux: Tmux, socket: str) -> dict[str, list[Window]] | ViewsyncError:
    try:
        return window_list.read(tmux, socket)
    except ViewsyncError as error:
        return error


def _ask(tmux: Tmux, socket: str) -> Inventory | ViewsyncError:
    try:
        return inventory.inventory(tmux, socket)
    except ViewsyncError as error:
        return error


def _parents(
    ctx: Context, found: Inventory, data: RegistryData, changes: Changes, now: float, doubt: str
) -> list[Parent]:
    rows = tracking.merged(data["views"], changes.rows)
    known = facts.of(found, rows, wezterm_panes.tracked(rows, data["guis"]), now, ctx.awake())
    verdicts = {verdict.session: verdict for verdict in policy.decide(known, policy.of(ctx.config), now, doubt)}
    return grouped(found, verdicts, rows)


def grouped(found: Inventory, verdicts: Mapping[str, Verdict], rows: Mapping[str, ViewRow]) -> list[Parent]:
    """`verdicts`: of each view, by its name."""
    names = {name: verdict.parent for name, verdict in verdicts.items()}
    parents = {
        session.name: Parent(session.name, found.server.socket, session, [])
        for session in found.sessions
        if session.name not in names
    }
    for session in found.sessions:
        if session.name in names:
            name = names[session.name]
            parent = parents.setdefault(name, Parent(name, found.server.socket, None, []))
            parent.views.append(ListedView(session, rows.get(session.name, {}), verdicts[session.name]))
    return list(parents.values())
