"""One session in detail, read in one call: its windows and panes, and the options and variables that were asked for."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from viewsync.errors import MissingSession, TmuxError
from viewsync.tmux import portable_layouts
from viewsync.tmux.rules import language, marks
from viewsync.tmux.rules.language import if_session, quoted, same_server
from viewsync.tmux.rules.project_model import Seen, SeenPane, SeenWindow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

_WINDOW = "#{window_id}\t#{window_index}\t#{window_active}\t#{?@viewsync_placeholder,1,0}\t#{window_layout}\t"
_WINDOW += "#{tiled-layout-max-columns}"  # "" before 3.6
_PANE = "#{pane_id}\t#{window_id}\t#{pane_index}\t#{pane_active}\t#{pane_dead}\t#{pane_pid}"
_PANE += f"\t#{{?{marks.UNTYPED},1,0}}"
_FREE = (  # anybody's text, marks that somebody else set included
    ("list-windows", "window", "window_name"),
    ("list-windows", "window", marks.WINDOW),
    ("list-windows", "window", marks.LAYOUT),
    ("list-panes -s", "pane", "pane_start_path"),
    ("list-panes -s", "pane", "pane_current_command"),
    ("list-panes -s", "pane", marks.PANE),
)
_VALUE = re.compile(r'[^=\n]+="((?:[^"\\]|\\.)*)"; export [^\n]*;\n', re.DOTALL)


class Asked:
    """What is wanted beside windows and panes. The names are of options, and of variables, that can be ones."""

    def __init__(self, variables: Sequence[str], options: Sequence[str], of_windows: Sequence[str]) -> None:
        self.variables = list(dict.fromkeys(variables))
        self.options = list(dict.fromkeys(options))
        self.of_windows = list(dict.fromkeys(of_windows))


def see(tmux: Tmux, server: Server, session: str, asked: Asked) -> Seen:
    """MissingSession when it is gone, or its server is another one by now.

    Values of options are those in force, whoever set them; those of variables are the session's own.
    """
    token = os.urandom(8).hex()  # behind each piece of anybody's free text
    lines = _script(server, session, asked, token)
    done = tmux.run(server.socket, "source-file", "-", stdin="".join(f"{each}\n" for each in lines))
    blocks = done.out.split(f"{token}.\n")
    if not blocks[0]:
        raise MissingSession(f"the session {session} on {server.socket} is gone", "`viewsync status` shows what runs")
    if len(blocks) != len(lines) + 1:
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or 'no full answer'}")
    return _seen(session, asked, blocks, token)


def _script(server: Server, session: str, asked: Asked, token: str) -> list[str]:
    """A line for each block of the answer. Each ends with the token, whether or not what was asked for is there."""
    target = f"'{session}:'"
    same = same_server(server)
    here = if_session(session, same, f"display-message -p -t {target} '#{{session_name}}'", "")
    windows = [f"list-windows -t {target} -F '#{{window_id}} #{{{each}}}{token}'" for each in asked.of_windows]
    questions = [
        here,
        f"display-message -p -t {target} '#{{session_path}}'",
        f"list-windows -t {target} -F '{_WINDOW}'",
        f"list-panes -s -t {target} -F '{_PANE}'",
        *(f"{command} -t {target} -F '#{{{kind}_id}} #{{{each}}}{token}'" for command, kind, each in _FREE),
        *windows,
        *(f"display-message -p -t {target} '#{{{each}}}'" for each in asked.options),
        *(f"show-environment -s -t {target} -- {quoted(each)}" for each in asked.variables),
    ]
    end = f"display-message -p '{token}.'"
    # In a list of its own a question that fails does not take the end along.
    return [f"if-shell -F 1 {{ {each} }} ; {end}" for each in questions]


def _seen(session: str, asked: Asked, blocks: list[str], token: str) -> Seen:
    name, folder, windows, panes, *free = blocks[:-1]
    names, keys, given, *of_panes = (_texts(each, token) for each in free[: len(_FREE)])
    rest = iter(free[len(_FREE) :])
    options = {option: _texts(next(rest), token) for option in asked.of_windows}
    own = {option: next(rest).removesuffix("\n") for option in asked.options}
    found = {variable: _VALUE.fullmatch(next(rest)) for variable in asked.variables}
    inside: dict[str, list[SeenPane]] = {}
    for row in (line.split("\t") for line in panes.splitlines()):
        pane = _pane(row, *(each.get(row[0], "") for each in of_panes))
        inside.setdefault(row[1], []).append(pane)
    return Seen(
        id=session,
        name=name.removesuffix("\n"),
        folder=folder.removesuffix("\n"),
        options=own,
        environment={key: language.unescaped(match[1]) for key, match in found.items() if match},
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


def _texts(block: str, token: str) -> dict[str, str]:
    """By id."""
    parts = (each.partition(" ") for each in block.split(f"{token}\n")[:-1])
    return {name: text for name, _, text in parts}


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
    )
