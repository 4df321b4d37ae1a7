"""Write the command file of a session that runs, whoever made it. The session is only looked at."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, UsageError
from viewsync.light import re
from viewsync.project_files import importing, locating, yaml_files
from viewsync.project_files.rules import command_lines, environment, freezing
from viewsync.project_files.rules.plan import Plan, PlannedPane, PlannedWindow
from viewsync.project_files.rules.schema import VARIABLE
from viewsync.projects import listing, secret_values
from viewsync.registry import targets
from viewsync.system import foreground, processes
from viewsync.text import durations
from viewsync.text.nearest import did_you_mean
from viewsync.tmux import pane_list, session_snapshot, sockets, view_origin
from viewsync.tmux.rules import marks, project_options
from viewsync.tmux.rules.marks import Identity
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.writing import Data
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import LiveSession, Sessions
    from viewsync.tmux.server import Tmux
    from viewsync.tmux.session_snapshot import FrozenPane, FrozenWindow
    from viewsync.tmux.view_origin import Origin

_OURS = ("automatic-rename", "allow-rename")  # what a window with a name of its own has anyway
_NO_SECRETS = "Secrets among the arguments of programs cannot be known: read the commands before you share this."


class Frozen(NamedTuple):
    name: str  # of the session
    socket: str
    data: Data
    text: str
    notes: list[str]  # what is not as it was, which the text begins with
    file: str  # that was written, "" for none


def freeze(
    ctx: Context, name: str, asked: targets.TargetArgs, *, output: str = "", command: str = "", base: str = ""
) -> Frozen:
    """`name`: the session's own. `output`: a new file; `command`: a new one among the project's commands. `base`: the
    folder that its folders count from.
    """
    server, live, found = _find(ctx, name, asked)
    file, root = _file(live, output, command, ctx.env)
    origin = _said_of_it(view_origin.read(ctx.tmux, server.socket, live.id), ctx.tmux, server.socket)
    windows = session_snapshot.read(ctx.tmux, server, live.id)
    root = root or _project(origin.folder) or origin.folder
    notes = [_NO_SECRETS]
    known = next(
        (project_session for project_session in found if project_session.live and project_session.live.id == live.id),
        None,
    )
    secrets = _secrets(ctx.tmux, server, live, root, known.about if known else {}, notes)
    plan = _plan(live, windows, origin, base or root, secrets, notes)
    if known and "timeout" in known.about:
        limit = durations.recorded(known.about["timeout"], plan.timeout)
        plan = plan._replace(timeout=limit, auto_cleanup=bool(known.about.get("auto_cleanup")))
    everybodys = session_snapshot.everybodys(ctx.tmux, server.socket)
    plan = plan._replace(options=tuple(option for option in plan.options if option not in everybodys))
    said = freezing.command(plan)
    data = freezing.shown(said, secrets.values)
    if data != said:
        notes.append(
            "In a name, folder or option stands $NAME for the value of a secret: write there what you want to be seen."
        )
    notes = [environment.hidden(note, secrets.hidden) for note in notes]
    title = environment.hidden(f"The session {live.name!r}, as it was frozen.", secrets.hidden)
    comments = [f"# {_one_line(note)}\n" for note in (title, *notes)]
    text = "".join(comments) + yaml_files.dump(data)
    return Frozen(live.name, server.socket, data, text, notes, importing.write(text, file) if file else "")


def _said_of_it(origin: Origin, tmux: Tmux, socket: str) -> Origin:
    """Without the variables that it only has since whoever made it had them."""
    callers = tmux.ask(socket, "display-message", "-p", "-t", f"{origin.session}:", f"#{{{marks.CALLERS}}}").split()
    return origin._replace(environment=tuple(pair for pair in origin.environment if pair[0] not in callers))


class Secrets(NamedTuple):
    names: frozenset[str]
    values: list[tuple[str, str]]

    @property
    def hidden(self) -> list[str]:
        return [value for _, value in self.values]


def _secrets(
    tmux: Tmux, server: Server, live: LiveSession, root: str, about: Mapping[str, Any], notes: list[str]
) -> Secrets:
    names, unread = secret_values.listed(about, live.identity.root if live.identity else root)
    notes += [f"Which variables {file} lists as secrets is not known: it cannot be read." for file in unread]
    return Secrets(names, secret_values.read(tmux, server, live, names))


def _find(ctx: Context, name: str, asked: targets.TargetArgs) -> tuple[Server, LiveSession, Sequence[listing.Known]]:
    """The session that is meant; of a view, the one whose windows it shows."""
    here = "" if name or any(asked) else sockets.socket_inside(ctx.env)
    here = here if here and sockets.is_inside(ctx.env, here) else ""
    if name and (asked.target or asked.session):
        raise UsageError("a session was named twice", "give NAME, or -s, or -t")
    if (
        name
        and not (asked.label or asked.socket)
        and any(session == name for session in ctx.registry.read()["sessions"])
    ):
        asked = targets.TargetArgs(session=name)
    elif name:
        asked = asked._replace(target=name)
    elif here:
        asked = targets.TargetArgs(socket=here, target=ctx.env.get("TMUX_PANE", ""))
    wanted = targets.resolve(ctx, asked)
    panes = pane_list.read(ctx.tmux, wanted.socket)
    if here and not sockets.is_of(ctx.env, panes.server):
        raise MissingSession("the tmux server that this was started in is gone", "name a session")
    found = targets.find(panes, wanted)
    reading = listing.read(ctx, [wanted.socket], alone=True)
    answer = reading.answers[wanted.socket]
    if isinstance(answer, Exception):
        raise answer
    live = next((session for session in answer.sessions if session.id == found.session), None)
    if live is None:
        near = did_you_mean(name, (session.name for session in answer.sessions), "`viewsync find` lists them", most=3)
        raise MissingSession(f"there is no session {name or wanted.target!r}", near)
    return answer.server, _parent(answer, live), reading.known


def _parent(answer: Sessions, live: LiveSession) -> LiveSession:
    if not live.view:
        return live
    return next((session for session in answer.sessions if session.group == live.group and not session.view), live)


def _file(live: LiveSession, output: str, command: str, env: Mapping[str, str]) -> tuple[str, str]:
    """Where it is to be written, "" for nowhere, and the folder of its project, "" where nobody knows one."""
    root = live.identity.root if live.identity else ""
    if command:
        root = root or locating.project_root()
        own = locating.own_folder(env)
        if own and root == os.path.realpath(own):  # of a command of the user's own
            return locating.place(command, env, own=True).file, root
        if not root:
            raise locating.outside("say --output FILE")
        return locating.place(command, env, root=root).file, root
    if output:
        folder = os.path.dirname(os.path.realpath(output))
        return os.path.abspath(output), _project(folder) or folder
    return "", root


def _project(folder: str) -> str:
    return locating.project_above(os.path.realpath(folder)) if folder else ""


def _plan(
    live: LiveSession,
    windows: Sequence[FrozenWindow],
    origin: Origin,
    root: str,
    hide: Secrets,
    notes: list[str],
) -> Plan:
    cwd = _folder(origin.folder, root, "the session", notes)
    variables = _variables(origin.environment, notes)
    known = {*variables, *hide.values}
    secrets = environment.secrets(sorted(known), hide.names & {name for name, _ in known})
    if secrets:
        notes.append(f"Left out, since they are secret; give them with -e NAME: {', '.join(sorted(secrets))}.")
    if live.identity:
        notes.append(f"Made by the command {live.command!r}; its steps, worktree and arguments are not in here.")
    task = live.identity.task if live.identity else ""
    return Plan(
        command=live.name,
        file="",
        identity=Identity(root, os.path.basename(root), "main", task, live.name),
        cwd=cwd,
        environment=variables,
        secrets=secrets,
        windows=tuple(_window(window, cwd, hide, notes) for window in windows),
        options=_options(origin.options, "the session", notes),
    )


def _variables(found: Sequence[tuple[str, str | None]], notes: list[str]) -> tuple[tuple[str, str], ...]:
    """What the session has beyond the server. That it has not what the server has cannot be said in a file."""
    good: list[tuple[str, str]] = []
    for name, value in found:
        if value is not None and re.search(VARIABLE, name) and _writable(value):
            good.append((name, value))
        else:
            why = "is taken away" if value is None else "cannot be written as text"
            notes.append(f"Left out: the variable {name}, which {why}.")
    return tuple(good)


def _options(found: Sequence[tuple[str, str]], what: str, notes: list[str]) -> tuple[tuple[str, str], ...]:
    good = []
    for name, value in found:
        why = project_options.refusal(name, value)[0] or ("" if _writable(value) else "it cannot be written as text")
        if why:
            notes.append(f"Left out: the option {name} of {what}: {why}.")
        else:
            good.append((name, value))
    return tuple(good)


def _window(seen: FrozenWindow, cwd: str, hide: Secrets, notes: list[str]) -> PlannedWindow:
    panes = tuple(_pane(pane, cwd, f"window {seen.name!r}", hide, notes) for pane in seen.panes)
    options = tuple(option for option in seen.options if option[0] not in _OURS)
    if len(panes) > 1 and not seen.layout:
        notes.append(f"Left out: the layout of window {seen.name!r}, whose panes float or have no room.")
    return PlannedWindow(
        name=seen.name,
        cwd=cwd,
        layout=seen.layout if len(panes) > 1 else "",
        focus=seen.active,
        options=_options(options, f"window {seen.name!r}", notes),
        panes=panes,
    )


def _pane(seen: FrozenPane, cwd: str, what: str, hide: Secrets, notes: list[str]) -> PlannedPane:
    command = _command(seen, what, hide, notes) if seen.pid else ""
    if not seen.pid:
        notes.append(f"A program in {what} had ended: its pane has a shell.")
    folder = _folder(seen.folder, cwd, f"a pane of {what}", notes)
    return PlannedPane((command,) if command else (), folder, (), seen.active, "")


def _command(seen: FrozenPane, what: str, hide: Secrets, notes: list[str]) -> str:
    front = foreground.foreground(seen.pid)
    words = processes.command_line(front.pid) if front else []
    if not words:  # nobody knows
        words = [seen.command]
        if not command_lines.is_shell(words):
            notes.append(f"Without its arguments: {seen.command!r} in {what}.")
    if command_lines.is_shell(words):
        return ""
    line = command_lines.line(words, hide.values)
    if not line:
        notes.append(f"Left out: the command of {words[0]!r} in {what}, which cannot be typed.")
    return line


def _folder(path: str, otherwise: str, what: str, notes: list[str]) -> str:
    if path and os.path.isdir(path) and _writable(path):
        return path
    notes.append(f"The folder {path!r} of {what} is not there, or cannot be written as text.")
    return otherwise


def _writable(text: str) -> bool:
    """Whether YAML can hold it: no NUL, nothing that is not UTF-8."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
