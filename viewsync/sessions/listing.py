"""The registered sessions with their health and views: one tmux call a server, however many sessions it has."""

from __future__ import annotations

import os

from viewsync.errors import TmuxError
from viewsync.registry import rows as registry_rows
from viewsync.registry import targets
from viewsync.registry.rules import lookup
from viewsync.sessions.rules import health
from viewsync.sessions.rules.health import Health
from viewsync.tmux import lost_sockets, pane_list, pid_namespaces, side_by_side
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import groups, tracking

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from viewsync.context import Context
    from viewsync.registry.rules.lookup import SessionMatch
    from viewsync.registry.rules.row import Registered
    from viewsync.tmux.rules.model import Panes
    from viewsync.tmux.server import Tmux
    from viewsync.views.rules.groups import View

    Answer = Panes | ServerGone | TmuxError


class Listed(NamedTuple):
    row: Registered
    health: Health
    doubt: str = ""  # why nothing may be concluded from its health
    reading: Panes | None = None  # of its server, when that answered
    found: SessionMatch = lookup.NOTHING
    views: tuple[View, ...] = ()
    in_use: bool = False  # somebody is on it, or on another session of its group

    @property
    def quarantined(self) -> bool:
        """In the registry, or in tmux."""
        return self.row.quarantined or self.only_in_tmux

    @property
    def only_in_tmux(self) -> bool:
        """It is quarantined by another registry, or by one that was replaced."""
        if self.row.quarantined or not self.reading or not self.found.session or self.found.moved:
            return False
        return any(pane.quarantined for pane in self.reading.panes if pane.session == self.found.session)

    @property
    def moved_to(self) -> str:
        """The session that its pane was moved into."""
        return self.found.session_name if self.found.moved else ""

    @property
    def target(self) -> str:
        """Where its pane is. What the row says may be older."""
        return self.found.pane.place if self.found.moved and self.found.pane else self.row.target


def read(ctx: Context) -> tuple[list[Listed], list[str]]:
    """Each row by name, and what went wrong: a server that does not answer leaves its sessions unknown."""
    data = ctx.registry.read()
    rows = registry_rows.of(data)
    answers = ask(ctx.tmux, (row.socket for row in rows))
    readings = {socket: answer for socket, answer in answers.items() if not isinstance(answer, TmuxError)}
    shared = {socket: groups.index(reading) for socket, reading in readings.items()}
    views = {socket: tracking.proven_in(reading, data["views"]) for socket, reading in readings.items()}
    listed = []
    for row in rows:
        one = judge(row, answers[row.socket])
        if one.reading and one.found.session:
            one = _with_views(one, shared[row.socket], views[row.socket])
        listed.append(one)
    failed = {
        socket: answer
        for socket, answer in answers.items()
        if isinstance(answer, TmuxError) and not isinstance(answer, ServerGone)
    }
    lost = [one.doubt for one in listed if one.doubt and one.row.socket not in failed]
    return listed, list(dict.fromkeys([*(error.message for error in failed.values()), *lost]))


def ask(tmux: Tmux, sockets: Iterable[str]) -> dict[str, Answer]:
    """What the server on each socket says, or why it says nothing."""
    return side_by_side.ask(tmux, sockets, _ask)


def _ask(tmux: Tmux, socket: str) -> Answer:
    if not os.path.isabs(socket):
        return TmuxError(f"the socket {socket!r} of a session is a relative path, so its folder is not known")
    try:
        return pane_list.read(tmux, socket)
    except TmuxError as error:
        return error


def judge(row: Registered, answer: Answer) -> Listed:
    """The health of one row's session, as far as its server's answer tells."""
    if isinstance(answer, ServerGone):
        doubt = lost_sockets.doubt(row.server, place=row.place)
        return Listed(row, Health(health.UNKNOWN) if doubt else health.judge(None, running=False), doubt)
    if isinstance(answer, TmuxError):
        return Listed(row, Health(health.UNKNOWN), answer.message)
    if doubt := lost_sockets.doubt(row.server, answer.server, row.place):
        return Listed(row, Health(health.UNKNOWN), doubt)
    found = lookup.by_row(answer, row)
    if found.pane is None and not answer.complete:  # what was not understood may be the very pane
        return Listed(
            row, Health(health.UNKNOWN), "viewsync did not understand all of its server's answer", answer, found
        )
    runs = targets.running(found.pane, row, answer.server)
    if runs is None:
        return Listed(row, Health(health.UNKNOWN), pid_namespaces.NOT_HERE, answer, found)
    return Listed(row, health.judge(found, runs), "", answer, found)


def _with_views(listed: Listed, shared: groups.Groups, views: Container[str]) -> Listed:
    session = listed.found.session
    return listed._replace(
        views=() if listed.found.moved else tuple(groups.views(shared, session, views)),
        in_use=groups.in_use(shared, session),
    )
