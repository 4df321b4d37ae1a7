"""Views that somebody saved and made again as sessions, as tmux-resurrect does: they come back without our mark."""

from __future__ import annotations

import os
import stat

from viewsync import events
from viewsync.errors import StateError, ViewsyncError
from viewsync.registry.safe_reading import read_registry
from viewsync.system import files, whole_file
from viewsync.tmux import inventory
from viewsync.typed import TYPE_CHECKING
from viewsync.views import adopting
from viewsync.views.adopting import AdoptableView
from viewsync.views.rules import names, saved_sessions, tracking

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from viewsync.context import Context
    from viewsync.registry_shape import ViewRow
    from viewsync.tmux.rules.model import Inventory, TmuxSession

# Seconds, whatever the settings: who restores makes its sessions one after the other, and goes by their names.
_PATIENCE = 120.0
# That a row went ("gone", "lost") does not say that its session was ever ours.
_PROOFS = (events.OPEN, events.REUSE, events.DETACH, events.END)
_SEEN = f"session = ? AND what = 'view' AND parent != '' AND event IN ({', '.join('?' * len(_PROOFS))})"


def take_over(ctx: Context, found: Inventory, views: Mapping[str, ViewRow]) -> list[str]:
    """Make those ours again that the history knows as views; the policy then treats them as any other. Their names.

    One that holds windows which its session has not is left as it is where another session has the parent's name: as a
    view it would mean that one, and nobody would reach its windows by it.
    """
    ours = tracking.proven(found, views)
    before = ctx.clock() - _PATIENCE
    strays = [
        session
        for session in found.sessions
        if not (session.marked or session.renamed or session.id in ours)
        and names.looks_like_view(session.name)
        and session.created <= before
    ]
    parents = _of_history(ctx, [stray.name for stray in strays]) if strays else {}
    there = {session.name: session for session in found.sessions}
    known = [
        AdoptableView(found.server.socket, stray, there.get(parents[stray.name]), parents[stray.name])
        for stray in strays
        if stray.name in parents and _fits(stray, there.get(parents[stray.name]))
    ]
    return adopting.adopt(ctx, known)


def _fits(stray: TmuxSession, parent: TmuxSession | None) -> bool:
    return parent is None or bool(stray.group and stray.group == parent.group)


def leave_out(ctx: Context, socket: str, path: str) -> None:
    """Of what resurrect has saved into that file: our views. OSError or ViewsyncError, and then it is as it was."""
    data = files.read(path)
    if data is None:
        raise StateError(f"there is no file {path}")
    text = data.decode("utf-8", "surrogateescape")
    parents = _parents(ctx, socket, [name for name in saved_sessions.names(text) if names.looks_like_view(name)])
    new = saved_sessions.without_views(text, parents)
    if new != text:
        whole_file.replace(path, new, stat.S_IMODE(os.stat(path).st_mode))


def _parents(ctx: Context, socket: str, named: list[str]) -> dict[str, str]:
    """Whose view each was or is, of those that were or are one: by the history, the registry, and the server itself."""
    if not named:
        return {}
    views = read_registry(ctx)[0]["views"]
    known = _of_history(ctx, named)
    known |= {name: str(row["parent"]) for name, row in views.items() if row.get("parent") and row.get("session_id")}
    try:
        found = inventory.inventory(ctx.tmux, socket)
    except ViewsyncError as error:
        ctx.log.warning("%s", error.message)
    else:
        ours = tracking.proven(found, views)
        called = {session.id: session.name for session in found.sessions}
        for session in found.sessions:
            if session.marked or session.id in ours:
                row = views.get(ours.get(session.id, ""), {})
                of = called.get(row.get("parent_id", "")) or row.get("parent") or session.marked_parent
                known[session.name] = str(of)
    return {name: known[name] for name in named if known.get(name) not in (None, "", name)}


def _of_history(ctx: Context, named: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        for name in named:
            for event in ctx.history.find(_SEEN, (name, *_PROOFS), 1):
                found[name] = event.parent
    except StateError as error:
        ctx.log.warning("%s", error.message)
    return found
