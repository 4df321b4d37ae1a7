"""Who shares a session's windows: the members of its group, and which of them are views."""

from __future__ import annotations

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from viewsync.tmux.rules.model import Pane, Panes

    Groups = Mapping[str, list[Pane]]


class View(NamedTuple):
    name: str
    id: str
    attached: bool


def index(reading: Panes) -> dict[str, list[Pane]]:
    """For each session, by id, a pane of each session that shares its windows, itself among them; by name."""
    sessions = {pane.session: pane for pane in reading.panes}
    groups: dict[tuple[str, str], list[Pane]] = {}
    for pane in sorted(sessions.values(), key=lambda each: each.session_name):
        groups.setdefault(_key(pane), []).append(pane)
    return {session: groups[_key(pane)] for session, pane in sessions.items()}


def _key(pane: Pane) -> tuple[str, str]:
    return (pane.group, "" if pane.group else pane.session)


def in_use(groups: Groups, session: str) -> bool:
    """Somebody looks at its windows, through itself or through another session of its group."""
    return any(pane.attached for pane in groups.get(session, ()))


def views(groups: Groups, session: str, known: Container[str]) -> list[View]:
    """The views of that session: marked, or `known` by their ids."""
    return [
        View(pane.session_name, pane.session, pane.attached)
        for pane in groups.get(session, ())
        if pane.session != session and (pane.marked or pane.session in known)
    ]
