"""Readings of tmux servers: which there are, and everything about one in a single call."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.ids import is_id
from viewsync.tmux.rules.model import (
    AWAY,
    CLIENTS,
    ENDED,
    ENDS_ALONE,
    KEPT_UNATTACHED,
    LEASE,
    MARK_STATE,
    OPENING,
    PARENT,
    PIN,
    QUARANTINE,
    VIEW,
    Client,
    Inventory,
    Server,
    TmuxSession,
)
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.tmux.server import Tmux

_SERVER = f"V\t#{{pid}}\t#{{start_time}}\t#{{version}}\t#{{s/[^A-Za-z0-9=$@_ -]//:{ENDED}}}"
_DESTROYS = " *"  # behind the clients of one that tmux ends when they are gone
# Fields with a shape of their own first, names behind them, the one option with free text last. Names cannot
# hold a raw tab or newline (3.2 and newer store them escaped); an option can, and then its line is not
# understood and the reading counts as incomplete.
SESSION = "\t".join(
    (
        "S",
        "#{session_id}",
        "#{session_created}",
        "#{?session_last_attached,#{session_last_attached},0}",
        "#{session_attached}",
        f"{CLIENTS}#{{?{KEPT_UNATTACHED},,{_DESTROYS}}}",
        "#{?session_grouped,#{session_group_size},0}",
        MARK_STATE,
        f"#{{?{PIN},1,0}}",
        f"#{{=32:#{{s/[^0-9.]//:{LEASE}}}}}",
        f"#{{?{QUARANTINE},1,0}}",
        f"#{{==:#{{{ENDS_ALONE}}},#{{session_id}}}}#{{==:#{{{OPENING}}},#{{session_id}}}}"
        f"#{{s|[^A-Za-z0-9/._-]||:{AWAY}}}",
        "#{window_id}",
        "#{session_windows}",
        "#{session_name}",
        "#{session_group}",
        f"#{{{PARENT}}}",
    )
)
# In a format of no session there is only what all of them inherit. By itself, list-commands would start a server.
_INHERITED = f"list-commands -F '#{{?{VIEW},I,}}' list-sessions"
# Busy is who pressed the prefix, say, and not yet what follows it.
_BUSY = "#{||:#{!=:#{client_key_table},#{key-table}},#{m:*suspended*,#{client_flags}}}"
_SIZES = "#{!=:#{m:*ignore-size*,#{client_flags}},1}"
_CLIENT = f"C\t#{{client_pid}}\t#{{client_tty}}\t#{{session_id}}\t{_BUSY}{_SIZES}\t#{{client_last_session}}"


def commands() -> list[list[str]]:
    return [
        ["list-sessions", "-F", SESSION],
        ["list-clients", "-F", _CLIENT],
        ["if-shell", "-F", "1", _INHERITED],
        *(["show-options", "-gqv", hooks.slot(event)] for event in hooks.EVENTS),
        # The server's own line comes last, so that having it means that nothing before it failed.
        ["display-message", "-p", _SERVER],
    ]


def inventory(tmux: Tmux, socket: str) -> Inventory:
    """All sessions, clients and our hooks of one server, in one call. TmuxError when it says nothing usable."""
    return parse(socket, tmux.ask_all(socket, commands()))


def parse(socket: str, output: str) -> Inventory:
    """What `inventory` read, from its text."""
    sessions: list[TmuxSession] = []
    clients: list[Client] = []
    texts: list[str] = []
    server: Server | None = None
    ended = ""
    complete = True
    for line in output.split("\n"):  # not splitlines: a name may hold U+2028 and the like
        kind, _, rest = line.partition("\t")
        try:
            if kind == "S":
                sessions.append(_session(rest))
            elif kind == "C":
                clients.append(_client(rest))
            elif kind == "V":
                server, ended = _server(socket, rest)
            elif line.startswith(("if-shell ", "run-shell ")):
                texts.append(line)
            elif line == "I":  # no mark can be told from an inherited one, and rows alone prove
                sessions = [session._replace(marked=False, renamed=False, old_mark=False) for session in sessions]
            elif line:  # an empty line is a hook's slot with nothing in it
                complete = False
        except (ValueError, IndexError):
            complete = False
    if server is None:
        raise TmuxError(f"the tmux server on {socket} gave an incomplete answer", "try again")
    return Inventory(server, tuple(sessions), tuple(clients), tuple(texts), complete, ended)


def _server(socket: str, rest: str) -> tuple[Server, str]:
    pid, start, version, ended = rest.split("\t")
    return Server(socket, int(pid), int(start), version), ended


_FLAGS = ("00", "01", "10", "11")


def _session(rest: str) -> TmuxSession:
    row = rest.split("\t")
    if len(row) != 16 or not is_id("$", row[0]):
        raise ValueError(rest)
    if row[10][:2] not in _FLAGS or not all(letter.isalnum() or letter in "_./-" for letter in row[10][2:]):
        raise ValueError(rest)
    on = row[4].removesuffix(_DESTROYS).split()
    return TmuxSession(
        id=row[0],
        name=row[13],
        group=row[14],
        group_size=int(row[5]),
        created=int(row[1]),
        last_attached=int(row[2]),
        attached=int(row[3]),
        clients=bool(on),
        marked=row[6] == "1",
        marked_parent=row[15],
        pinned=row[7] == "1",
        lease=_lease(row[8])[0],
        leased_for=_lease(row[8])[1],
        window=row[11],
        windows=int(row[12]),
        renamed=row[6] == "2",
        old_mark=row[6] == "3",
        quarantined=row[9] == "1",
        ends_alone=row[10].startswith("1"),
        opening=row[10][1:2] == "1",
        away=row[10][2:],
        on=tuple(on),
        kept_unattached=not row[4].endswith(_DESTROYS),
    )


def _lease(text: str) -> tuple[float, float]:
    """ "<expiry>.<seconds>" as its expiry, and how long it was to last. What does not read so reserves nothing, here
    and in the server.
    """
    expiry, dot, seconds = text.partition(".")
    if len(expiry) != 10 or not expiry.isdecimal() or (dot and not seconds.isdecimal()):
        return 0.0, 0.0
    return float(expiry), float(seconds or 0)


def _client(rest: str) -> Client:
    pid, tty, session, flags, last = rest.split("\t")
    busy, sizes = (flag == "1" for flag in flags)
    return Client(int(pid), tty, session, last=last, busy=busy, sizes=sizes)


def panes(tmux: Tmux, socket: str) -> list[str]:
    """The terminals of all panes of a server, that is the insides of tmux. That of a dead pane is somebody else's."""
    return tmux.ask(socket, "list-panes", "-a", "-F", "#{?pane_dead,,#{pane_tty}}").split()
