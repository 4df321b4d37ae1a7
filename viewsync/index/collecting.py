"""This host's rows, as they are published: registered sessions with their health, and what else its servers have."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.index.rules.rows import FarView, Row
from viewsync.light import contextlib
from viewsync.sessions import finding, listing
from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.sessions.listing import Listed
    from viewsync.tmux.rules.model import TmuxSession


def rows(ctx: Context) -> list[Row]:
    """ViewsyncError where the registry cannot be read. Of a server that does not answer nothing is said."""
    listed = listing.read(ctx)[0]
    live: dict[tuple[str, str], TmuxSession] = {}
    with contextlib.suppress(ViewsyncError):
        live = {
            (server.socket, session.id): session
            for server in finding.everywhere(ctx, "")[0]
            for session in server.sessions
        }
    own = [_registered(one, live) for one in listed]
    known = {(row.socket, row.id) for row in own if row.id and not row.moved_to}
    return own + [_stranger(socket, one) for (socket, id_), one in live.items() if (socket, id_) not in known]


def _registered(listed: Listed, live: dict[tuple[str, str], TmuxSession]) -> Row:
    row = listed.row
    session = listed.found.session
    found = live.get((row.socket, session))
    return Row(
        name=row.name,
        socket=row.socket,
        target=listed.target,
        type=row.type,
        project=row.project or "",
        status=listed.health.status,
        pid=listed.health.pid or 0,
        created=epoch(row.created_at or ""),
        active=epoch(row.last_active or ""),
        quarantined=listed.quarantined,
        moved_to=listed.moved_to,
        views=tuple(FarView(view.name, view.id, bool(view.attached)) for view in listed.views),
        id=session if found else "",
        attached=bool(found and (found.attached or found.clients)),
        windows=found.windows if found else 0,
    )


def _stranger(socket: str, session: TmuxSession) -> Row:
    return Row(
        name=session.name,
        socket=socket,
        target=f"{session.name}:",
        type="view" if session.marked else "tmux",
        status="alive",
        created=float(session.created),
        id=session.id,
        attached=bool(session.attached or session.clients),
        windows=session.windows,
        registered=False,
    )
