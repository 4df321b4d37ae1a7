"""Who is on the sessions of one server, and where these are; and a client goes to another session."""

from __future__ import annotations

import os

from viewsync.errors import TmuxError
from viewsync.tmux import guarded_join, rows
from viewsync.tmux.rules.language import free, if_session, quoted, same_server, unescaped
from viewsync.tmux.rules.model import LEASE, MARKED, PARENT_ID
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux


class Presence(NamedTuple):
    clients: Mapping[str, int]  # by session id, suspended and locked ones included
    folders: Mapping[str, str]  # by session id


class Near(NamedTuple):
    """A client on a session that has a certain window."""

    name: str
    activity: tuple[int, bool]  # epoch seconds, and whether tmux, which knows it to the microsecond, takes this one
    shows: bool  # it is the window that the client shows
    view_of: str = ""  # where it is on a view of ours: the session's id, or "?" where the view does not say


class Placed(NamedTuple):
    """The client on a certain terminal."""

    name: str
    session: str  # "$7"


def near(tmux: Tmux, server: Server, place: str) -> list[Near]:
    """The clients that could be meant by who runs in that pane, or in a popup over that session."""
    view = f"#{{?{MARKED},#{{?{PARENT_ID},#{{s/[^0-9$]//:{PARENT_ID}}},?}},}}"
    out = tmux.ask(
        server.socket,
        *chain(
            [
                "list-clients",
                "-F",
                f"#{{client_activity}}\t#{{window_id}}\t#{{W:#{{window_id}} }}\t{view}\t#{{client_name}}",
            ],
            ["display-message", "-p", "-t", place, "#{window_id} #{client_name}"],
        ),
    )
    *lines, last = out.splitlines()
    window, _, used = last.partition(" ")
    with rows.understood(server.socket):
        return [
            Near(name, (int(at), name == used), shown == window, view)
            for at, shown, all_, view, name in (line.split("\t", 4) for line in lines)
            if window in all_.split()
        ]


def on_terminal(tmux: Tmux, server: Server, tty: str) -> Placed | None:
    """None where nobody is on it in that server."""
    out = tmux.ask(server.socket, "list-clients", "-F", "#{session_id}\t#{client_tty}\t#{client_name}")
    with rows.understood(server.socket):
        for line in out.splitlines():
            session, terminal, name = line.split("\t", 2)
            if terminal == tty:
                return Placed(name, session)
    return None


def switch(tmux: Tmux, server: Server, client: str, session: str, window: str = "") -> str:
    """Have that client, by its name, show the session with that id, on that window if the session has it; why it does
    not, "" when it does.
    """
    # A view that was reserved for this has been reserved long enough, and goes with its client.
    go = f"switch-client -c {quoted(client)} -t '{session}:' ; set-option -u -t '{session}:' {LEASE}"
    if window:
        go += f" ; {guarded_join.select(session, window)}"
    command = if_session(session, same_server(server), go, "display-message -p gone")
    done = tmux.run(server.socket, "if-shell", "-F", "1", command)
    return (done.err.strip() or "it is gone") if done.code or "gone" in done.out.split() else ""


def read(tmux: Tmux, server: Server) -> Presence:
    """TmuxError when it has been replaced by another server, or gives no full answer."""
    token = os.urandom(8).hex()  # a folder is anybody's free text
    out = tmux.ask_all(
        server.socket,
        [
            ["list-sessions", "-F", f"#{{session_id}} {free('session_path')}{token}"],
            ["display-message", "-p", f"{token}."],
            ["list-clients", "-F", "#{session_id}"],
            ["display-message", "-p", f"{token}.#{{pid}}.#{{start_time}}"],
        ],
    )
    before, _, told = out.rpartition(f"{token}.")
    sessions, _, clients = before.partition(f"{token}.\n")
    if told.strip() != server.identity:
        raise TmuxError(
            f"the tmux server on {server.socket} gave an incomplete answer, or has been replaced by another server"
        )
    rows = (part.partition(" ") for part in sessions.split(f"{token}\n")[:-1])
    from collections import Counter  # only for who lists all sessions

    return Presence(Counter(clients.split()), {name: unescaped(folder) for name, _, folder in rows})
