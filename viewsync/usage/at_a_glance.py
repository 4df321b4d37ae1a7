"""The state of things in two lines: servers, sessions and views, and what needs attention.

Nothing is written for it, not even a folder made, and nothing is waited for long: what cannot be known by then is said
to be not known.
"""

from __future__ import annotations

import os
import time

from viewsync import paths
from viewsync.errors import StateError, TmuxError, ViewsyncError
from viewsync.registry import rows as registry_rows
from viewsync.sessions import listing
from viewsync.sessions.rules import health
from viewsync.store import own_files, registry_file
from viewsync.tmux import pane_list, reachable
from viewsync.tmux.rules.model import Panes
from viewsync.tmux.server import ServerGone, Tmux
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import tracking

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.registry_shape import RegistryData
    from viewsync.sessions.listing import Answer

_ALL = 3.0  # seconds for all servers
_EACH = 2.0  # and for one of them
_NOT_KNOWN = "not known"
_GONE = (health.DEAD, health.MISSING, health.ZOMBIE, health.SERVER)


class Glance(NamedTuple):
    data: RegistryData
    answers: dict[str, Answer]  # of each server that somebody listens for
    problems: list[str]


def lines(ctx: Context) -> list[str]:
    """Two, whatever happens."""
    try:
        glance = _look(ctx)
        return [_counts(glance), _attention(glance)]
    except (ViewsyncError, OSError, ValueError) as error:
        message = error.message if isinstance(error, ViewsyncError) else str(error)
        return [f"servers, sessions and views: {_NOT_KNOWN}", f"needs attention: {message}"]


def _look(ctx: Context) -> Glance:
    problems: list[str] = []
    try:
        data = _registry(paths.state_dir(ctx.env))
    except StateError as error:
        data, problems = registry_file.empty(), [error.message]
    until = time.monotonic() + _ALL
    named = [str(row.get("socket")) for rows in (data["sessions"], data["views"]) for row in rows.values()]
    folders = [*paths.tmux_folders(ctx.env), *_own_folder(ctx)]
    there = reachable.servers(folders, named, timeout=_EACH / 4)
    tmux = Tmux(ctx.config["tmux"], min(_EACH, ctx.config["tmux_timeout"]), ctx.env)
    return Glance(data, {socket: _ask(tmux, socket, until) for socket in there}, problems)


def _registry(folder: str) -> RegistryData:
    """As it stands. A folder that others could write to is not believed."""
    try:
        found = os.lstat(folder)
    except FileNotFoundError:
        return registry_file.empty()
    problem = own_files.unsafe(folder, found)
    if not problem and own_files.is_open(found):
        problem = f"{folder} is open to others"
    if problem:
        raise StateError(problem)
    return registry_file.RegistryFile(folder).read()


def _own_folder(ctx: Context) -> list[str]:
    try:
        return [ctx.socket_folder]
    except ViewsyncError:
        return []


def _ask(tmux: Tmux, socket: str, until: float) -> Answer:
    if time.monotonic() > until:
        return TmuxError("there was no time to ask it")
    try:
        return pane_list.read(tmux, socket)
    except TmuxError as error:
        return error


def _counts(glance: Glance) -> str:
    servers = len(glance.answers)
    known = [answer for answer in glance.answers.values() if isinstance(answer, Panes)]
    if not servers:
        return f"no tmux server runs; {_number(len(glance.data['sessions']), 'session')} registered"
    sessions, views, in_use = 0, 0, 0
    for panes in known:
        ours = tracking.proven_in(panes, glance.data["views"])
        attached = {pane.session: pane.attached for pane in panes.panes}
        mine = {pane.session for pane in panes.panes if pane.marked or pane.session in ours}
        sessions, views = sessions + len(attached) - len(mine), views + len(mine)
        in_use += sum(attached[session] for session in mine)
    silent = servers - len(known)
    told = f"{_number(servers, 'tmux server')}, {_number(sessions, 'session')}, {_number(views, 'view')}"
    told += f" ({in_use} in use)" if views else ""
    return f"{told}; of {silent} of the servers {_NOT_KNOWN}" if silent else told


def _attention(glance: Glance) -> str:
    """The first things that are amiss, with what does something about each."""
    found = [f"{problem} (`viewsync doctor`)" for problem in glance.problems]
    silent = [answer for answer in glance.answers.values() if isinstance(answer, TmuxError)]
    if silent:
        found.append(f"{silent[0].message}{' (and others)' if silent[1:] else ''}")
    gone = ServerGone("")
    judged = [listing.judge(row, glance.answers.get(row.socket, gone)) for row in registry_rows.of(glance.data)]
    if ended := sum(one.health.status in _GONE and not one.doubt and not one.row.maker for one in judged):
        have = "has" if ended == 1 else "have"
        found.append(f"{_number(ended, 'registered session')} {have} ended (`viewsync cleanup` forgets them)")
    return f"needs attention: {'; '.join(found)}" if found else "nothing needs attention"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
