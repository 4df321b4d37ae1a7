"""All sessions of one server, with the marks of those that are a project's, in one call."""

from __future__ import annotations

from viewsync.tmux import pane_list, rows
from viewsync.tmux.rules import marks
from viewsync.tmux.rules.ids import is_id
from viewsync.tmux.rules.model import MARKED, PIN, QUARANTINE, Panes
from viewsync.tmux.rules.project_model import LiveSession, Sessions
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Pane, Server
    from viewsync.tmux.server import Tmux

_SESSION = "\t".join(
    (
        "S",
        "#{session_id}",
        "#{session_created}",
        "#{?session_last_attached,#{session_last_attached},0}",
        "#{session_activity}",
        "#{?session_attached_list,1,#{session_attached}}",
        "#{?session_group_attached_list,1,0}",
        f"#{{?{MARKED},1,0}}",
        f"#{{?{QUARANTINE},1,0}}",
        "#{W:#{window_id}:#{window_activity} }",
        "#{W:#{P:#{pane_id}:#{?pane_dead,0,#{pane_pid}} }}",
        marks.own(marks.SESSION, "session"),
        *(f"#{{{option}}}" for option in (*marks.IDENTITY, marks.COMMAND)),
        f"#{{==:#{{{PIN}}},1}}",
        "#{session_name}",
        "#{?session_grouped,#{session_group},}",
    )
)
_FIELDS = _SESSION.count("\t")
COMMANDS = (["list-sessions", "-F", _SESSION], ["display-message", "-p", rows.SERVER])


def read(tmux: Tmux, socket: str) -> Sessions:
    """ServerGone when no server runs there, TmuxError when it says nothing usable."""
    return parse(socket, tmux.ask_all(socket, COMMANDS))


def read_with_panes(tmux: Tmux, socket: str) -> tuple[Sessions, Panes]:
    """The same, and all panes of the server, in one call."""
    output = tmux.ask_all(socket, (COMMANDS[0], *pane_list.COMMANDS))
    sessions: list[LiveSession] = []
    panes: list[Pane] = []
    takers = {"S": lambda row: sessions.append(_session(row)), "P": lambda row: panes.append(pane_list.pane(row))}
    server, complete = rows.read(socket, output, takers)
    return _of(server, sessions, complete), Panes(server, tuple(panes), complete)


def parse(socket: str, output: str) -> Sessions:
    sessions: list[LiveSession] = []
    server, complete = rows.read(socket, output, {"S": lambda row: sessions.append(_session(row))})
    return _of(server, sessions, complete)


def _of(server: Server, sessions: list[LiveSession], complete: bool) -> Sessions:
    return Sessions(server, tuple(_with_groups(sessions)), complete)


def _session(row: list[str]) -> LiveSession:
    if len(row) != _FIELDS or not is_id("$", row[0]):
        raise ValueError(row)
    return LiveSession(
        id=row[0],
        name=row[-2],
        created=int(row[1]),
        last_attached=int(row[2]),
        activity=int(row[3]),
        output=max((int(part.partition(":")[2]) for part in row[8].split()), default=0),
        attached=row[4] != "0",
        in_use=row[4] != "0" or row[5] == "1",
        group=row[-1],
        view=row[6] == "1",
        windows=tuple(part.partition(":")[0] for part in row[8].split()),
        panes=tuple(int(part.partition(":")[2]) for part in row[9].split()),
        pane_ids=tuple(part.partition(":")[0] for part in row[9].split()),
        identity=marks.identity(row[11:16]) if row[10] == "1" else None,
        command=marks.decoded(row[16]) if row[10] == "1" else "",
        quarantined=row[7] == "1",
        pinned=row[17] == "1",
    )


def _with_groups(sessions: list[LiveSession]) -> list[LiveSession]:
    """What is typed in a view is typed in the session whose windows it shows."""
    latest: dict[str, int] = {}
    for session in sessions:
        latest[session.group] = max(latest.get(session.group, 0), session.activity)
    return [session._replace(activity=latest[session.group]) if session.group else session for session in sessions]
