"""One session in detail: its windows and panes, and the options and variables that were asked for.

In one call, and in the same one with all sessions of its server for who knows its id already.
"""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, TmuxError
from viewsync.light import re
from viewsync.tmux import portable_layouts, project_list, rows
from viewsync.tmux.rules import marks
from viewsync.tmux.rules.language import free, if_session, quoted, same_server, unescaped
from viewsync.tmux.rules.project_model import SeenPane, SeenSession, SeenWindow
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import Sessions
    from viewsync.tmux.server import Tmux

_WINDOW = "#{window_id}\t#{window_index}\t#{window_active}\t"
_WINDOW += f"{marks.own(marks.PLACEHOLDER, 'window')}\t#{{window_layout}}\t"
_WINDOW += "#{tiled-layout-max-columns}"  # "" before 3.6
_PANE = "#{pane_id}\t#{window_id}\t#{pane_index}\t#{pane_active}\t#{pane_dead}\t#{pane_pid}"
_PANE += f"\t{marks.own(marks.UNTYPED, 'pane')}\t#{{==:#{{{marks.UNTYPED}}},{marks.partly('#{pane_id}')}}}"
_FREE = (  # anybody's text, marks that somebody else set included
    ("list-windows", "window", "window_name"),
    ("list-windows", "window", marks.WINDOW),
    ("list-windows", "window", marks.LAYOUT),
    ("list-panes -s", "pane", "pane_start_path"),
    ("list-panes -s", "pane", "pane_current_command"),
    ("list-panes -s", "pane", marks.PANE),
)
_VALUE = re.compile(r'[^=\n]+="((?:[^"\\]|\\.)*)"; export [^\n]*;\n', re.DOTALL)


class DetailRequest(NamedTuple):
    """What is wanted beside windows and panes: names of variables and options that can be ones, each once."""

    variables: Sequence[str]
    options: Sequence[str]
    of_windows: Sequence[str]


def see(tmux: Tmux, server: Server, session: str, asked: DetailRequest) -> SeenSession:
    """MissingSession when it is gone, or its server is another one by now.

    Values of options are those in force, whoever set them; those of variables are the session's own.
    """
    _, seen = _ask(tmux, server, session, asked)
    if seen is None:
        raise MissingSession(f"the session {session} on {server.socket} is gone", "`viewsync status` shows what runs")
    return seen


def among_all(tmux: Tmux, server: Server, session: str, asked: DetailRequest) -> tuple[Sessions, SeenSession | None]:
    """All sessions of whatever server is there by now, and that one, None when it is gone.

    ServerGone when no server runs there, TmuxError when it says nothing usable.
    """
    sessions, seen = _ask(tmux, server, session, asked, *project_list.COMMANDS)
    return project_list.parse(server.socket, sessions), seen


def _ask(
    tmux: Tmux, server: Server, session: str, asked: DetailRequest, *before: Sequence[str]
) -> tuple[str, SeenSession | None]:
    """What the commands `before` say, and the session."""
    token = os.urandom(8).hex()  # behind each piece of anybody's free text
    questions = _questions(session, asked, token)
    same, end = same_server(server), f"display-message -p '{token}.'"
    # In a list of its own a question that fails does not take the end along.
    lines = [end, *(f"{if_session(session, same, question, '')} ; {end}" for question in questions)]
    commands = chain(*before, ["source-file", "-"])
    done = tmux.run(server.socket, *commands, stdin="".join(f"{line}\n" for line in lines))
    said, *blocks = done.out.split(f"{token}.\n")
    if len(blocks) != len(lines):
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or 'no full answer'}")
    with rows.understood(server.socket):
        return said, _seen(session, asked, blocks, token) if blocks[0] else None


def _questions(session: str, asked: DetailRequest, token: str) -> list[str]:
    target = f"'{session}:'"
    return [
        f"display-message -p -t {target} '#{{session_name}}'",
        f"display-message -p -t {target} '{free('session_path')}'",
        f"list-windows -t {target} -F '{_WINDOW}'",
        f"list-panes -s -t {target} -F '{_PANE}'",
        *(f"{command} -t {target} -F '#{{{kind}_id}} {free(what)}{token}'" for command, kind, what in _FREE),
        *(f"list-windows -t {target} -F '#{{window_id}} {free(option)}{token}'" for option in asked.of_windows),
        *(f"display-message -p -t {target} '{free(option)}'" for option in asked.options),
        *(f"show-environment -s -t {target} -- {quoted(name)}" for name in asked.variables),
    ]


def _seen(session: str, asked: DetailRequest, blocks: list[str], token: str) -> SeenSession:
    name, folder, windows, panes, *texts = blocks[:-1]
    names, keys, given, *of_panes = (_texts(part, token) for part in texts[: len(_FREE)])
    rest = iter(texts[len(_FREE) :])
    options = {option: _texts(next(rest), token) for option in asked.of_windows}
    own = {option: unescaped(next(rest).removesuffix("\n")) for option in asked.options}
    found = {variable: _value(next(rest)) for variable in asked.variables}
    inside: dict[str, list[SeenPane]] = {}
    for row in (line.split("\t") for line in panes.splitlines()):
        pane = _pane(row, *(answers.get(row[0], "") for answers in of_panes))
        inside.setdefault(row[1], []).append(pane)
    return SeenSession(
        id=session,
        name=name.removesuffix("\n"),
        folder=unescaped(folder.removesuffix("\n")),
        options=own,
        environment={key: unescaped(value) for key, value in found.items() if value is not None},
        windows=tuple(
            SeenWindow(
                id=row[0],
                number=int(row[1]),
                key=keys.get(row[0], ""),
                name=names.get(row[0], ""),
                layout=marks.decoded(given.get(row[0], "")),
                active=row[2] == "1",
                placeholder=row[3] == "1",
                options={option: values.get(row[0], "") for option, values in options.items()},
                panes=tuple(inside.get(row[0], ())),
                shown=portable_layouts.cell(row[4]),
                columns=int(row[5] or 0),
            )
            for row in (line.split("\t") for line in windows.splitlines())
        ),
    )


def _value(block: str) -> str | None:
    """What `show-environment -s` prints of a variable, None where it has none."""
    name, begin, rest = block.partition('="')
    value, end, behind = rest.partition('"; export ')
    plain = begin and end and '"' not in value and "\\" not in value and "\n" not in name and "=" not in name
    if plain and name and behind.endswith(";\n") and behind.count("\n") == 1:
        return value
    match = _VALUE.fullmatch(block)
    return match[1] if match else None


def _texts(block: str, token: str) -> dict[str, str]:
    """By id."""
    parts = (part.partition(" ") for part in block.split(f"{token}\n")[:-1])
    return {name: unescaped(text) for name, _, text in parts}


def _pane(row: list[str], folder: str, command: str, key: str) -> SeenPane:
    return SeenPane(
        id=row[0],
        number=int(row[2]),
        key=key,
        active=row[3] == "1",
        folder=folder,
        command=command,
        dead=row[4] == "1",
        pid=int(row[5] or 0),
        untyped=row[6] == "1",
        partly=row[7] == "1",
    )
