"""The sessions of another host, as its tmux tells of them: nothing of them is registered here."""

from __future__ import annotations

from viewsync.errors import TmuxError, UsageError
from viewsync.hosts import reaching
from viewsync.sessions.rules import health
from viewsync.system import ssh
from viewsync.tmux import pane_list, side_by_side
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import groups

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.tmux.rules.model import Pane
    from viewsync.views.rules.groups import View


class FarSession(NamedTuple):
    name: str
    socket: str
    target: str
    status: str  # ALIVE or DEAD, as its tmux says
    created: float  # epoch seconds of our own clock
    quarantined: bool
    views: tuple[View, ...]


ALL = "all"  # as --host


def everywhere(ctx: Context) -> tuple[list[FarSession], list[str]]:
    """Those of all hosts in the setting, which are asked side by side, and why some have not told: of their sessions
    nothing is known then. TmuxError where none has.
    """
    hosts = [ssh.checked(host) for host in ctx.config["hosts"].split()]
    if not hosts:
        raise UsageError(
            "--host all asks the hosts of the setting `hosts`, and there are none", "name them in config.toml"
        )
    for host in hosts:
        ctx.ssh.prepare(host)

    def ask(_: object, host: str) -> list[FarSession] | TmuxError:
        try:
            return sessions(ctx, host)
        except TmuxError as error:
            return error

    answers = side_by_side.ask(ctx.tmux, hosts, ask)
    problems = [answer for answer in answers.values() if isinstance(answer, TmuxError)]
    if len(problems) == len(answers):
        raise problems[0]
    told = [session for answer in answers.values() if not isinstance(answer, TmuxError) for session in answer]
    return told, [f"{problem.message} ({problem.hint})" if problem.hint else problem.message for problem in problems]


def sessions(ctx: Context, host: str) -> list[FarSession]:
    """Those of its default server, by name; none where its tmux says that no server runs. TmuxError where the host does
    not say.
    """
    tmux = reaching.far_tmux(ctx, host)
    tmux.asks_clock = True
    try:
        reading = pane_list.read(tmux, reaching.socket(host, "", ""))
    except ServerGone:
        return []
    shared = groups.index(reading)
    shown: dict[str, Pane] = {}
    for pane in reading.panes:
        if not (pane.marked or pane.old_mark) and (pane.session not in shown or (pane.window_active and pane.active)):
            shown[pane.session] = pane
    found = [
        FarSession(
            name=pane.session_name,
            socket=reading.server.socket,
            target=pane.place,
            status=health.DEAD if pane.dead else health.ALIVE,
            created=pane.created - (tmux.ahead or 0.0),
            quarantined=pane.quarantined,
            views=tuple(groups.views(shared, pane.session, ())),
        )
        for pane in shown.values()
    ]
    return sorted(found)
