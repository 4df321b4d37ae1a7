"""Readings of tmux servers: which there are, and everything about one in a single call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import TmuxError
from viewsync.tmux.rules import hooks, language
from viewsync.tmux.rules.model import Client, Inventory, Server, Session
from viewsync.tmux.server import Tmux, chain

if TYPE_CHECKING:
    from collections.abc import Iterable

_SERVER = "V\t#{pid}\t#{start_time}\t#{version}"
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
        "#{?session_attached_list,1,0}",
        "#{?session_grouped,#{session_group_size},0}",
        "#{?@viewsync_view,1,0}",
        "#{?@viewsync_pin,1,0}",
        "#{=32:#{s/[^0-9.]//:@viewsync_lease}}",
        "#{window_id}",
        "#{session_windows}",
        "#{session_name}",
        "#{session_group}",
        "#{@viewsync_parent}",
    )
)
_CLIENT = "C\t#{client_pid}\t#{client_tty}\t#{session_id}"


class Origin(NamedTuple):
    """What a new view takes over from its parent."""

    session: str  # the parent's id
    folder: str
    window: str  # its current window
    options: tuple[tuple[str, str], ...]  # its own session options, raw values
    environment: tuple[tuple[str, str | None], ...]  # its own variables; None where it removes one


def _inventory_commands() -> list[list[str]]:
    return [
        ["list-sessions", "-F", SESSION],
        ["list-clients", "-F", _CLIENT],
        *(["show-options", "-gqv", hooks.slot(event)] for event in hooks.EVENTS),
        # The server's own line comes last, so that having it means that nothing before it failed.
        ["display-message", "-p", _SERVER],
    ]


def inventory(tmux: Tmux, socket: str) -> Inventory:
    """All sessions, clients and our hooks of one server, in one call. TmuxError when it says nothing usable."""
    done = tmux.run(socket, *chain(*_inventory_commands()))
    if done.code:
        raise TmuxError(f"tmux on {socket}: {done.err.strip() or f'exit code {done.code}'}")
    return parse(socket, done.out)


def parse(socket: str, output: str) -> Inventory:
    """What `inventory` read, from its text."""
    sessions: list[Session] = []
    clients: list[Client] = []
    texts: list[str] = []
    server: Server | None = None
    complete = True
    for line in output.split("\n"):  # not splitlines: a name may hold U+2028 and the like
        kind, _, rest = line.partition("\t")
        try:
            if kind == "S":
                sessions.append(_session(rest))
            elif kind == "C":
                clients.append(_client(rest))
            elif kind == "V":
                server = _server(socket, rest)
            elif line.startswith("if-shell "):
                texts.append(line)
            elif line:  # an empty line is a hook's slot with nothing in it
                complete = False
        except (ValueError, IndexError):
            complete = False
    if server is None:
        raise TmuxError(f"the tmux server on {socket} gave no full answer", "nothing was changed")
    return Inventory(server, tuple(sessions), tuple(clients), tuple(texts), complete)


def _server(socket: str, rest: str) -> Server:
    pid, start, version = rest.split("\t")
    return Server(socket, int(pid), int(start), version)


def _session(rest: str) -> Session:
    row = rest.split("\t")
    if len(row) != 14 or not re.fullmatch(r"\$\d+", row[0]):
        raise ValueError(rest)
    return Session(
        id=row[0],
        name=row[11],
        group=row[12],
        group_size=int(row[5]),
        created=int(row[1]),
        last_attached=int(row[2]),
        attached=int(row[3]),
        clients=row[4] == "1",
        marked=row[6] == "1",
        marked_parent=row[13],
        pinned=row[7] == "1",
        lease=_lease(row[8]),
        window=row[9],
        windows=int(row[10]),
    )


def _lease(text: str) -> float:
    """ "<expiry>.<token>" as its expiry. What does not read so reserves nothing, here and in the server."""
    expiry = text.partition(".")[0]
    return float(expiry) if re.fullmatch(r"\d{10}", expiry) else 0.0


def _client(rest: str) -> Client:
    pid, tty, session = rest.split("\t")
    return Client(int(pid), tty, session)


def opening(tmux: Tmux, socket: str, name: str) -> tuple[Inventory, Origin | None]:
    """The inventory together with what a view takes over from the session of exactly that name, in one call.

    Where `=name:` cannot be trusted to mean that session, or means none, the origin is None.
    """
    target = f"={name}:"
    commands = _inventory_commands()
    if re.fullmatch(r"\w[^:.\x00-\x1f\x7f;*?\[\]]*", name):  # the rest is found by id, with `origin`
        commands += _origin_commands(target)
    done = tmux.run(socket, *chain(*commands))
    lines = done.out.split("\n")
    end = next((at for at, line in enumerate(lines) if line.startswith("V\t")), None)
    if end is None:
        raise TmuxError(f"tmux on {socket}: {done.err.strip() or 'no full answer'}")
    found = parse(socket, "\n".join(lines[: end + 1]))
    exact = next((each for each in found.sessions if each.name == name), None)
    if done.code or exact is None or len(commands) == len(_inventory_commands()):
        return found, None
    origin = _origin("\n".join(lines[end + 1 :]))
    return found, origin if origin and origin.session == exact.id else None


def origin(tmux: Tmux, socket: str, session: str) -> Origin:
    """What a view takes over from the session with that id."""
    found = _origin(tmux.ask(socket, *chain(*_origin_commands(f"{session}:"))))
    if found is None:
        raise TmuxError(f"the tmux server on {socket} gave no full answer", "nothing was changed")
    return found


def _origin_commands(target: str) -> list[list[str]]:
    return [
        ["display-message", "-p", "-t", target, "#{session_id}\t#{window_id}\t#{session_path}"],
        ["display-message", "-p", "-t", target, "=refreshed"],
        ["show-options", "-gv", "update-environment"],
        ["display-message", "-p", "-t", target, "=options"],
        ["show-options", "-t", target],
        ["display-message", "-p", "-t", target, "=environment"],
        ["show-environment", "-s", "-t", target],
    ]


_ORIGIN = re.compile(
    r"(\$\d+)\t(@\d+)\t(.*?)\n=refreshed\n((?:.*?\n)?)=options\n((?:.*?\n)?)=environment\n(.*)", re.DOTALL
)


def _origin(output: str) -> Origin | None:
    match = _ORIGIN.fullmatch(output)
    if not match:
        return None
    session, window, folder, refreshed, options, environment = match.groups()
    return Origin(session, folder, window, _options(options), _environment(environment, refreshed.split()))


def _options(text: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for line in filter(None, text.split("\n")):
        name, *value = language.words(line)
        if name not in _NOT_INHERITED and not name.startswith("@viewsync_"):
            found.append((name, value[0] if value else ""))
    return tuple(found)


# destroy-unattached crashes every tmux before 3.8 (trap A), so a view never has it; default-size is how large the
# parent was made, and a view is as large as its own client.
_NOT_INHERITED = frozenset(("destroy-unattached", "default-size"))

_VARIABLE = re.compile(
    r'(?:unset (?P<gone>[^=;\n]+);|(?P<name>[^=\n]+)="(?P<value>(?:[^"\\]|\\.)*)"; export [^\n]*;)\n',
    re.DOTALL,
)


def _environment(text: str, refreshed: Iterable[str]) -> tuple[tuple[str, str | None], ...]:
    """`show-environment -s`, without what tmux itself refreshes from the attaching client (update-environment)."""
    skip = set(refreshed)
    found: list[tuple[str, str | None]] = []
    for match in _VARIABLE.finditer(text):
        if match["gone"]:
            found.append((match["gone"], None))
        else:
            found.append((match["name"], language.unescaped(match["value"])))
    return tuple((name, value) for name, value in found if name not in skip)


def version(tmux: Tmux) -> str:
    """Of the client program, as `tmux -V` says it."""
    from viewsync.system import process

    return process.run([tmux.program, "-V"], timeout=tmux.timeout, env=tmux.env).out.strip().removeprefix("tmux ")


def panes(tmux: Tmux, socket: str) -> list[str]:
    """The terminals of all panes of a server, that is the insides of tmux."""
    return tmux.ask(socket, "list-panes", "-a", "-F", "#{pane_tty}").split()
