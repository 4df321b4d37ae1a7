"""The names that may stand for an argument, as they are now. One tmux call at most, and nothing is written or made."""

from __future__ import annotations

import os

from viewsync import paths
from viewsync.errors import TmuxError, ViewsyncError
from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from viewsync.context import Context
    from viewsync.registry_shape import RegistryData
    from viewsync.tmux.rules.model import Pane

_BOUND = 1.0  # seconds that one who has pressed Tab waits for a server


class Candidate(NamedTuple):
    text: str
    about: str = ""


class Asked(NamedTuple):
    """Who asks: the values of the options before the cursor, and what of the name is typed already."""

    ctx: Context
    given: Mapping[str, str]
    typed: str


def of(kind: str, asked: Asked) -> Iterator[Candidate]:
    return KINDS[kind](asked)


def _sessions(asked: Asked) -> Iterator[Candidate]:
    yield from _elsewhere(asked)
    if asked.given.get("host"):
        return
    for name, row in sorted(_registry(asked.ctx)["sessions"].items()):
        yield Candidate(name, str(row.get("type") or "session"))


def _elsewhere(asked: Asked) -> Iterator[Candidate]:
    """Those of the host that the line names, and of hosts in the setting once their names are begun."""
    named = asked.given.get("host", "")
    hosts = str(asked.ctx.config["hosts"]).split() if asked.typed and not named else []
    wanted = [host for host in hosts if asked.typed.startswith(f"{host}:") or f"{host}:".startswith(asked.typed)]
    if not (named or wanted):
        return
    from viewsync.hosts import soon
    from viewsync.text import host_names

    known = [host for host in dict.fromkeys([named] if named else wanted) if host_names.is_host(host)]
    answers, _ = soon.sessions(asked.ctx, known, _BOUND)
    for host, there in answers.items():
        yield from (Candidate(one.name if named else f"{host}:{one.name}", f"on {host}") for one in there)


def _project_sessions(asked: Asked) -> Iterator[Candidate]:
    for name, row in sorted(_registry(asked.ctx)["sessions"].items()):
        if project := _project(row):
            yield Candidate(name, f"of project {project}")


def _projects(asked: Asked) -> Iterator[Candidate]:
    for project in sorted({_project(row) for row in _registry(asked.ctx)["sessions"].values()} - {""}):
        yield Candidate(project)


def _project(row: Mapping[str, object]) -> str:
    from viewsync.registry.rules.row import registered

    return registered("", row).project


def _parents(asked: Asked) -> Iterator[Candidate]:
    """The sessions of the server that the line names, without views."""
    yield from _elsewhere(asked)
    if asked.given.get("host"):
        return
    socket = _socket(asked)
    panes = _live(asked.ctx, socket)
    if panes is not None:
        windows: dict[str, set[str]] = {}
        for pane in panes:
            if not pane.marked:
                windows.setdefault(pane.session_name, set()).add(pane.window)
        for name, there in windows.items():
            yield Candidate(name, f"{len(there)} window{'s' if len(there) > 1 else ''}")
        return
    data = _registry(asked.ctx)
    known = [name for name, row in data["sessions"].items() if row.get("socket") == socket]
    known += [str(row["parent"]) for row in data["views"].values() if row.get("socket") == socket and row.get("parent")]
    for name in sorted(set(known)):
        yield Candidate(name, "its server does not answer")


def _views(asked: Asked) -> Iterator[Candidate]:
    """Those that we know, without those that have ended."""
    rows = _registry(asked.ctx)["views"]
    live: dict[str, set[str] | None] = {}
    for name, row in sorted(rows.items()):
        socket = str(row.get("socket") or "")
        if socket not in live:
            hung = None in live.values()  # one wait is enough
            panes = None if hung or not socket else _live(asked.ctx, socket)
            live[socket] = None if panes is None else {pane.session_name for pane in panes}
        there = live[socket]
        if there is None or name in there:
            yield Candidate(name, f"view of {row.get('parent')}")


def _windows(asked: Asked) -> Iterator[Candidate]:
    """The ids of a session's windows."""
    parent = asked.given.get("parent", "")
    seen = set()
    for pane in _live(asked.ctx, _socket(asked)) or ():
        if pane.session_name == parent and pane.window not in seen:
            seen.add(pane.window)
            yield Candidate(pane.window, f"{pane.window_index}: {pane.window_name}")


def _targets(asked: Asked) -> Iterator[Candidate]:
    """Sessions; once one is named, or only one can be meant, its windows and panes."""
    panes = [pane for pane in _live(asked.ctx, _socket(asked)) or () if not pane.marked]
    sessions = {pane.session_name: None for pane in panes if f"{pane.session_name}:".startswith(asked.typed)}
    yield from (Candidate(name) for name in sessions)
    wanted = asked.typed.partition(":")[0] if ":" in asked.typed else next(iter(sessions)) if len(sessions) == 1 else ""
    inside = [pane for pane in panes if pane.session_name == wanted]
    split = {pane.window for pane in inside if pane.pane_index > pane.pane_base}
    for pane in inside:
        window = f"{wanted}:{pane.window_index}"
        if pane.pane_index == pane.pane_base or pane.window not in split:
            yield Candidate(window, f"window {pane.window_name}")
        if pane.window in split:
            yield Candidate(f"{window}.{pane.pane_index}", f"pane {pane.id}")


def _servers(asked: Asked) -> Iterator[Candidate]:
    for folder in paths.tmux_folders(asked.ctx.env):
        if os.path.isdir(folder):
            for name in sorted(os.listdir(folder)):
                yield Candidate(name, "tmux server")


def _hosts(asked: Asked) -> Iterator[Candidate]:
    """Those of the setting `hosts`, and those that the user's ssh configuration names."""
    path = os.path.join(asked.ctx.env.get("HOME", ""), ".ssh", "config")
    lines: list[list[str]] = []
    with contextlib.suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8") as file:
        lines = [line.replace("=", " ", 1).split() for line in file]
    named = [name for words in lines if words[:1] and words[0].lower() == "host" for name in words[1:]]
    named = [name for name in named if not set(name) & set("*?!")]
    with contextlib.suppress(ViewsyncError):
        named = [*str(asked.ctx.config["hosts"]).split(), *named]
    yield from (Candidate(name, "host") for name in dict.fromkeys(named))


def _templates(asked: Asked) -> Iterator[Candidate]:
    from viewsync.sessions import templates

    yield from map(Candidate, templates.names(asked.ctx.env))


def _command_templates(asked: Asked) -> Iterator[Candidate]:
    from viewsync.project_files import keeping

    yield from map(Candidate, keeping.templates(asked.ctx.env))


def _commands(asked: Asked) -> Iterator[Candidate]:
    from viewsync.project_files import locating

    root = locating.root_here()
    here = locating.names(root) if root else []
    yield from (Candidate(name, f"command of {os.path.basename(root)}") for name in here)
    yield from (
        Candidate(name, "command of your own") for name in locating.own_names(asked.ctx.env) if name not in here
    )


def _command_windows(asked: Asked) -> Iterator[Candidate]:
    """Those in the file of the command that is named."""
    from viewsync.project_files import loading

    yield from map(Candidate, loading.window_names(asked.given.get("name", ""), asked.ctx.env))


KINDS: dict[str, Callable[[Asked], Iterator[Candidate]]] = {
    "session": _sessions,
    "project-session": _project_sessions,
    "project": _projects,
    "parent": _parents,
    "view": _views,
    "window": _windows,
    "target": _targets,
    "server": _servers,
    "host": _hosts,
    "template": _templates,
    "command-template": _command_templates,
    "command": _commands,
    "command-window": _command_windows,
}


def _registry(ctx: Context) -> RegistryData:
    """As it stands; empty where it cannot be read, or is not ours."""
    from viewsync.store import own_files
    from viewsync.store.registry_file import RegistryFile, empty

    folder = paths.state_dir(ctx.env)
    try:
        problem, found = own_files.look(folder)
        return empty() if problem or not found else RegistryFile(folder).read()
    except (OSError, ViewsyncError):
        return empty()


def _socket(asked: Asked) -> str:
    from viewsync.tmux import sockets

    named = asked.given.get("label", ""), asked.given.get("socket", "")
    if not any(named) and (row := _registry(asked.ctx)["sessions"].get(asked.given.get("session", ""))):
        return str(row.get("socket") or "")
    return sockets.socket_of(asked.ctx.env, *named)


def _live(ctx: Context, socket: str) -> tuple[Pane, ...] | None:
    """All panes of that server, none where there is no server; None where it does not say."""
    from viewsync.tmux import pane_list
    from viewsync.tmux.server import ServerGone, Tmux

    tmux = Tmux(ctx.config["tmux"], _BOUND, ctx.env)
    try:
        return pane_list.read(tmux, socket).panes
    except ServerGone:
        return ()
    except TmuxError:
        return None
