"""A session as it stands, for `freeze`: windows and panes with their layouts and folders, in one call."""

from __future__ import annotations

import os

from viewsync.errors import MissingSession, TmuxError
from viewsync.tmux import portable_layouts, rows
from viewsync.tmux.rules import language, marks
from viewsync.tmux.rules.language import if_session, same_server
from viewsync.tmux.rules.versions import escapes_names
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

    Pairs = tuple[tuple[str, str], ...]

_WINDOW = "#{window_id}\t#{window_active}\t"
_WINDOW += f"{marks.own(marks.PLACEHOLDER, 'window')}\t#{{window_layout}}\t#{{window_name}}"
_PANE = "#{window_id}\t#{pane_active}\t#{?pane_dead,0,#{pane_pid}}"
# A program that ended has no folder any more, and what tmux cannot find out is empty.
_FOLDER = f"#{{?pane_current_path,{language.free('pane_current_path')},{language.free('pane_start_path')}}}"


class FrozenPane(NamedTuple):
    active: bool
    pid: int  # of the program that it was started with, 0 when that ended
    command: str  # the name of the program in its foreground, as tmux knows it
    folder: str  # where that is


class FrozenWindow(NamedTuple):
    name: str
    active: bool
    layout: str  # as every tmux takes it, "" where it cannot be said
    options: Pairs  # its own
    panes: tuple[FrozenPane, ...]


def read(tmux: Tmux, server: Server, session: str) -> tuple[FrozenWindow, ...]:
    """In their order. MissingSession when it is gone, or its server is another one by now."""
    token = os.urandom(8).hex()  # behind each piece of anybody's free text
    target = f"'{session}:'"
    same = same_server(server)
    panes = f"{_PANE}\t{language.free('pane_current_command')}{token}{_FOLDER}{token}"
    questions = [
        f"list-windows -t {target} -F '{_WINDOW}'",
        f"display-message -p '{token}.'",
        f"list-panes -s -t {target} -F '{panes}'",
        f"display-message -p '{token}.'",
    ]
    out = tmux.ask(server.socket, "if-shell", "-F", "1", if_session(session, same, " ; ".join(questions), ""))
    if not out:
        raise MissingSession(f"the session {session} on {server.socket} is gone")
    blocks = out.split(f"{token}.\n")
    if len(blocks) != 3:
        raise TmuxError(f"tmux on {server.socket} gave an incomplete answer")
    with rows.understood(server.socket):
        return _windows(tmux, server, blocks, token)


def _windows(tmux: Tmux, server: Server, blocks: list[str], token: str) -> tuple[FrozenWindow, ...]:
    found = [line.split("\t", 4) for line in blocks[0].split("\n")[:-1]]
    inside: dict[str, list[FrozenPane]] = {}
    for part in blocks[1].split(f"{token}\n")[:-1]:
        head, _, folder = part.partition(token)
        window, active, pid, command = head.split("\t", 3)
        texts = map(language.unescaped, (command, folder))
        inside.setdefault(window, []).append(FrozenPane(active == "1", int(pid or 0), *texts))
    found = [row for row in found if row[2] == "0"]
    if escapes_names(server.version):
        found = [[*row[:4], language.unescaped(row[4])] for row in found]
    options = _options(tmux, server, [row[0] for row in found])
    return tuple(_window(row, options.get(row[0], ()), tuple(inside.get(row[0], ()))) for row in found)


def _window(row: list[str], options: Pairs, panes: tuple[FrozenPane, ...]) -> FrozenWindow:
    return FrozenWindow(row[4], row[1] == "1", portable_layouts.portable(row[3], len(panes)), options, panes)


def _options(tmux: Tmux, server: Server, windows: list[str]) -> dict[str, Pairs]:
    """Each window's own, without our marks. One that went away meanwhile has none."""
    token = os.urandom(8).hex()
    # Each a list of its own: the first that fails would end it.
    script = "".join(f"display-message -p '{token}{id_}'\nshow-options -w -t '{id_}'\n" for id_ in windows)
    out = tmux.run(server.socket, "source-file", "-", stdin=script).out
    found: dict[str, Pairs] = {}
    for block in out.split(token)[1:]:
        window, _, text = block.partition("\n")
        found[window] = own(text)
    return found


def everybodys(tmux: Tmux, socket: str) -> set[tuple[str, str]]:
    """The global options of sessions."""
    return set(own(tmux.ask(socket, "show-options", "-g")))


def own(text: str) -> Pairs:
    """What show-options printed, without our marks."""
    lines = [language.words(line) for line in text.split("\n") if line]
    return tuple((name, value[0] if value else "") for name, *value in lines if not name.startswith("@viewsync_"))
