"""What the Python API does with the sessions of one server, a project's or not. An error is never an empty answer."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, TmuxError, UsageError
from viewsync.project_files.rules import environment as variables
from viewsync.project_files.rules import names
from viewsync.project_files.rules.plan import Plan, PlannedPane, PlannedWindow
from viewsync.projects import ending, listing, running
from viewsync.registry import targets
from viewsync.sessions import killing
from viewsync.text.nearest import did_you_mean
from viewsync.tmux import clients as tmux_clients
from viewsync.tmux import project_list, sockets
from viewsync.tmux.rules.marks import Identity
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import libtmux

    from viewsync.context import Context
    from viewsync.projects.running import RunResult
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import LiveSession, Sessions
    from viewsync.tmux.server import Tmux

_TRIGGER = "kill-session"


class Managed(NamedTuple):
    live: LiveSession
    server: Server
    clients: int  # on it, and on the others that show its windows
    views: tuple[str, ...]
    folder: str


def read(tmux: Tmux, socket: str, *, views: bool = False) -> list[Managed]:
    """Every session, in the order of their making; none where no server runs. With `views`, those too."""
    answer = _ask(tmux, socket)
    if answer is None:
        return []
    presence = tmux_clients.read(tmux, answer.server)
    found = []
    for session in answer.sessions:
        shown = [other for other in answer.sessions if session.group and other.group == session.group]
        clients = sum(presence.clients.get(other.id, 0) for other in shown or [session])
        others = tuple(other.name for other in shown if other.view and other.id != session.id)
        if views or not session.view:
            found.append(Managed(session, answer.server, clients, others, presence.folders.get(session.id, "")))
    return sorted(found, key=lambda each: int(each.live.id[1:]))


def _ask(tmux: Tmux, socket: str) -> Sessions | None:
    """None where nobody listens, for certain."""
    try:
        answer = project_list.read(tmux, socket)
    except ServerGone:
        if sockets.state(socket) in sockets.SILENT:
            return None
        raise
    if not answer.complete:
        raise TmuxError(f"the answer of the tmux server on {socket} could not be read in full")
    return answer


def named(ctx: Context, socket: str, name: str) -> Managed:
    """The one of exactly that name, views included. MissingSession."""
    there = read(ctx.tmux, socket, views=True)
    for session in there:
        if session.live.name == name:
            return session
    near = did_you_mean(name, (session.live.name for session in there), most=3)
    raise MissingSession(f"there is no session {name!r} on {socket}", near)


def kill(ctx: Context, socket: str, name: str) -> None:
    """A project's after its cleanup steps. MissingSession; TmuxError when it could not be ended."""
    found = named(ctx, socket, name)
    reading = listing.read(ctx, [socket], alone=True)
    known = next(
        (
            project_session
            for project_session in reading.known
            if project_session.live and project_session.live.id == found.live.id
        ),
        None,
    )
    if known:
        done = ending.end(ctx, known, _TRIGGER, force=True)
        problem = "" if done.ended else "; ".join(done.problems) or "tmux kept it"
    else:
        asked = targets.TargetArgs(socket=socket, target=found.live.id)
        killed = killing.kill(ctx, asked, killing.Wish(views=killing.NONE))
        problem = "" if killed.killed else killed.problem
    if problem:
        raise TmuxError(f"cannot end {name}: {problem}")


def make(
    ctx: Context,
    socket: str,
    parts: tuple[str, str, str],
    working_dir: str,
    environment: Mapping[str, str],
) -> RunResult:
    """The session of that project, worktree and task in that folder, made where it is not there."""
    if not all(parts):
        raise UsageError(f"project, worktree and task all have a name: {parts!r}")
    folder = os.path.realpath(working_dir)
    if not os.path.isdir(folder):
        raise UsageError(f"{working_dir!r} is not a folder", "create it, or name another working_dir")
    base = names.base("-".join(parts), folder, parts)
    pairs = tuple(environment.items())
    plan = Plan(
        command="",
        file="",
        identity=Identity(folder, *parts, base),
        cwd=folder,
        environment=pairs,
        secrets=variables.secrets(pairs),
        windows=(PlannedWindow(ctx.config["default_window_name"] or "main", folder, "", True, (), (_shell(folder),)),),
        shell=ctx.config["shell"],
    )
    return running.run(ctx, plan, socket, lambda _: plan)


def _shell(folder: str) -> PlannedPane:
    return PlannedPane((), folder, (), True, "")


def as_object(tmux: Tmux, server: Server, session: str) -> libtmux.Session:
    from viewsync.tmux import libtmux_objects  # 50 ms: only for who wants an object

    return libtmux_objects.session(tmux, server, session)
