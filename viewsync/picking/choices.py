"""What there is to pick, from the registry, all servers, the project's files, git and zoxide. Nothing is changed."""

from __future__ import annotations

import os

from viewsync.errors import ViewsyncError
from viewsync.picking import zoxide
from viewsync.picking.rules.choice import FOLDER, PROJECT, SESSION, WORKTREE, Choice
from viewsync.project_files import locating
from viewsync.projects import listing as projects
from viewsync.registry import rows as registry_rows
from viewsync.registry.safe_reading import read_registry
from viewsync.system.git_worktrees import Git, GitError
from viewsync.text import folders
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views import listing, servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeVar

    from viewsync.context import Context
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import SessionRow, ViewRow
    from viewsync.tmux.rules.marks import Identity
    from viewsync.views.listing import Parent

    Place = TypeVar("Place")


SOON = 1.5  # seconds for a host to answer


class Offer(NamedTuple):
    choices: list[Choice]
    problems: list[str]  # what could not be read


class _Row(NamedTuple):
    """What the registry has of a session."""

    row: Registered
    identity: Identity | None
    command: str


class _Command(NamedTuple):
    root: str  # the project's folder, or the one of the configuration
    name: str
    file: str
    called: str
    told: str  # where it is from


class _Running(NamedTuple):
    """A session that is there, with its row if it has one."""

    choice: Choice
    known: _Row | None


def read(ctx: Context, folder: str, socket: str, *, alone: bool) -> Offer:
    """`folder`: whose project and repository are offered; `socket`: the server where sessions are made; `alone`: no
    other server is asked.
    """
    data, doubt = read_registry(ctx)
    rows = [_row(row, data["sessions"][row.name]) for row in registry_rows.of(data)]
    asked = sockets.live_sockets((), [socket]) if alone else _servers(ctx, data["views"], rows)
    found = listing.read(ctx, asked)
    identities = {server["socket"]: f"{server['pid']}.{server['start']}" for server in found.servers}
    running = [_running(ctx, parent, rows, identities) for parent in found.parents if parent.session]
    running.sort(key=lambda one: (one.choice.current, -one.choice.used, one.choice.name))
    known, problem = zoxide.folders(ctx.env)
    roots = [locating.project_above(folder), *(row.identity.root for row in rows if row.identity), *known]
    trees = _worktrees(ctx, folder, socket)
    choices = [one.choice for one in running]
    elsewhere, unheard = _elsewhere(ctx) if ctx.config["hosts"] and not alone else ([], [])
    choices += elsewhere
    choices += _projects(ctx, roots, running, socket)
    choices += trees
    paths = {tree.path for tree in trees}
    choices += [Choice(FOLDER, _short(ctx, path), socket, path) for path in known if path not in paths]
    problems = [*found.errors, doubt, problem, *unheard]
    return Offer(choices, [text for text in dict.fromkeys(problems) if text])


def _row(row: Registered, raw: SessionRow) -> _Row:
    about = projects.about(raw)
    command = about.get("command")
    return _Row(row, projects.identity(about), command if isinstance(command, str) else "")


def _servers(ctx: Context, views: Mapping[str, ViewRow], rows: Sequence[_Row]) -> list[str]:
    """All live servers that may have a session."""
    named = [known.row.socket for known in rows if os.path.isabs(known.row.socket)]
    found = servers.live(ctx.env, views)
    return list(dict.fromkeys([*found, *sockets.live_sockets((), named)]))


def _running(ctx: Context, parent: Parent, rows: Sequence[_Row], identities: dict[str, str]) -> _Running:
    session = parent.session
    assert session is not None
    clients = session.attached + sum(view.session.attached for view in parent.views)
    used = max([session.last_attached, *(view.session.last_attached for view in parent.views)])
    server = identities.get(parent.socket, "")
    known = next((one for one in rows if one.row.server == server and one.row.session_id == session.id), None)
    ids = [session.id, *(view.session.id for view in parent.views)]
    inside = sockets.socket_inside(ctx.env) == parent.socket
    choice = Choice(
        SESSION,
        parent.name,
        parent.socket,
        detail=_detail(parent, session.windows, clients, known),
        session=parent.name,
        windows=session.windows,
        clients=clients,
        used=used,
        current=inside and f"${ctx.env['TMUX'].rpartition(',')[2]}" in ids,
    )
    return _Running(choice, known)


def _detail(parent: Parent, windows: int, clients: int, known: _Row | None) -> str:
    told = [_counted(windows, "window"), _counted(clients, "client")]
    if known and known.identity:
        told.append(f"project {known.identity.project} {known.command}".rstrip())
    elif known:
        told.append(f"registered as {known.row.name}" if known.row.name != parent.name else "registered")
    server = os.path.basename(parent.socket)
    return ", ".join([*told, *([f"on {server}"] if server != "default" else [])])


def _elsewhere(ctx: Context) -> tuple[list[Choice], list[str]]:
    """The sessions of the hosts in the setting; those of one that does not answer soon are not offered."""
    from viewsync.hosts import asking, soon

    try:
        answers, problems = soon.sessions(ctx, asking.of_setting(ctx), SOON)
    except ViewsyncError as error:  # what the setting names can be no host
        return [], [error.message]
    return [
        Choice(
            SESSION,
            f"{host}:{session.name}",
            session.socket,
            detail=f"{_counted(len(session.views), 'view')}, on {host}",
            session=session.name,
        )
        for host, there in answers.items()
        for session in there
    ], problems


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _projects(ctx: Context, roots: Sequence[str], running: Sequence[_Running], socket: str) -> Iterator[Choice]:
    """The commands of each project, those of the folder that we are in first, and behind them the user's own."""
    found = [
        _Command(root, name, locating.file_of(root, name), f"{os.path.basename(root)} {name}", _short(ctx, root))
        for root in dict.fromkeys(os.path.realpath(root) for root in roots if root)
        for name in _unless_unreadable(locating.names, root)
    ]
    own = os.path.realpath(locating.own_folder(ctx.env))
    found += [
        _Command(own, name, locating.own_file(name, ctx.env), name, "of your own")
        for name in _unless_unreadable(locating.own_names, ctx.env)
    ]
    for root, name, file, called, told in found:
        if not file:
            continue
        there = [one.choice for one in running if one.known and _is_of(one.known, root, name)]
        there.sort(key=lambda choice: choice.socket != socket)
        if there:
            yield Choice(PROJECT, called, there[0].socket, file, f"{told}, running", there[0].name)
        else:
            yield Choice(PROJECT, called, socket, file, told)


def _is_of(known: _Row, root: str, command: str) -> bool:
    return known.identity is not None and (known.identity.root, known.command) == (root, command)


def _unless_unreadable(names: Callable[[Place], list[str]], place: Place) -> list[str]:
    """Of a folder that may not be read, none."""
    try:
        return names(place)
    except OSError:
        return []


def _worktrees(ctx: Context, folder: str, socket: str) -> list[Choice]:
    """Of the folder's repository, where it has more than one."""
    try:
        trees = Git(folder, ctx.env).worktrees()
    except (GitError, ViewsyncError):  # in no repository, or without git
        return []
    # A bare one, in which nobody works, has neither a branch nor a commit.
    found = [tree for tree in trees if (tree.branch or tree.head) and os.path.isdir(tree.path)]
    project = os.path.basename(trees[0].path)
    return [
        Choice(WORKTREE, f"{project} {tree.branch or tree.head[:12]}", socket, tree.path, _short(ctx, tree.path))
        for tree in found
        if found[1:]
    ]


def _short(ctx: Context, path: str) -> str:
    return folders.short(path, ctx.env.get("HOME", ""))
