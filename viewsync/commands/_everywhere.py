"""The sessions of all hosts that share an index, for the verbs that list them."""

from __future__ import annotations

from viewsync.commands._session_rows import SessionRow, as_listed
from viewsync.index import reading
from viewsync.output import age, printable
from viewsync.registry.rows import stamp
from viewsync.text.timestamps import epoch
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.index.rules.rows import HostRows, Row

    Entry = dict[str, Any]

_WIDEST = 100  # characters of a cell


def listed(ctx: Context) -> tuple[list[Entry], list[Entry], list[str]]:
    """Registered sessions as `list` has them, the hosts, and what could not be read."""
    found = reading.hosts(ctx)
    now = ctx.clock()
    entries: list[Entry] = []
    for host in found.hosts:
        where = _host_of(host)
        entries += [{**where, **as_listed(_session(row), now)} for row in host.rows if row.registered]
    return entries, [_host(host) for host in found.hosts], found.problems


def _host(host: HostRows) -> Entry:
    return {
        "host": host.host,
        "host_id": host.id,
        "live": host.live,
        "last_seen": stamp(host.seen),
        "sessions": sum(row.registered for row in host.rows),
    }


def _session(row: Row) -> SessionRow:
    return SessionRow(
        row.name,
        row.socket,
        row.target,
        row.type,
        row.status,
        stamp(row.created) if row.created else "",
        stamp(row.active) if row.active else "",
        row.project,
        row.pid,
        row.moved_to,
        row.quarantined,
        row.views,
    )


def last_seen(
    rows: Sequence[tuple[str, ...]], found: Sequence[Entry], hosts: Sequence[Entry], now: float
) -> list[tuple[str, ...]]:
    """What has run out says since when, in the place of how it is. Two hosts of one name are told apart, and nobody's
    words make the table of all of them wider than it may be.
    """
    shared = _shared_names(hosts)
    told = (
        (
            _name(entry, shared),
            *row[1:4],
            row[4] if entry["live"] else _seen(entry, now),
            *row[5:],
        )
        for row, entry in zip(rows, found, strict=True)
    )
    return [tuple(map(_short, row)) for row in told]


def _short(cell: str) -> str:
    shown = printable(cell)
    return shown if len(shown) <= _WIDEST else f"{shown[: _WIDEST - 1]}…"


def _shared_names(entries: Sequence[Entry]) -> set[str]:
    names = [name for name, _ in {(entry["host"], entry["host_id"]) for entry in entries}]
    return {name for name in names if names.count(name) > 1}


def _name(entry: Entry, shared: set[str]) -> str:
    return str(entry["host_id"] if entry["host"] in shared else entry["host"])


def silent(hosts: Sequence[Entry], now: float) -> list[str]:
    shared = _shared_names(hosts)
    return [f"{_name(host, shared)}: {_seen(host, now)}" for host in hosts if not host["live"]]


def _seen(entry: Entry, now: float) -> str:
    return f"last seen {age(now, epoch(entry['last_seen']))} ago"


def found(ctx: Context, query: str) -> tuple[list[Entry], list[str]]:
    """What tmux has on all hosts, and what could not be read: the sessions whose names contain the query."""
    everywhere = reading.hosts(ctx)
    wanted = query.casefold()
    servers: list[Entry] = []
    for host in everywhere.hosts:
        by_socket: dict[str, list[Row]] = {}
        for row in host.rows:
            if row.id:
                by_socket.setdefault(row.socket, []).append(row)
        for socket, rows in sorted(by_socket.items()):
            told = [_found(row) for row in rows if wanted in row.name.casefold()]
            servers.append({**_host_of(host), "socket": socket, "sessions": told})
    return servers, everywhere.problems


def _host_of(host: HostRows) -> Entry:
    return {key: value for key, value in _host(host).items() if key != "sessions"}


def _found(row: Row) -> Entry:
    return {
        "name": row.name,
        "id": row.id,
        "attached": row.attached,
        "created_at": stamp(row.created),
        "windows": row.windows,
    }


def found_lines(servers: Sequence[Entry], now: float) -> list[str]:
    lines: list[str] = []
    shared = _shared_names(servers)
    for server in servers:
        where = f"{_name(server, shared)}, socket path '{server['socket']}'"
        where += "" if server["live"] else f" ({_seen(server, now)})"
        sessions = server["sessions"]
        lines.append(f"Sessions on {where}:" if sessions else f"No sessions found on {where}")
        for one in sessions:
            state = "attached" if one["attached"] else "detached"
            lines.append(f"  - {one['name']} ({state}, started {one['created_at']})")
    return lines or ["No sessions on any host."]
