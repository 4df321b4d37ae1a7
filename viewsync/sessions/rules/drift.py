"""Where the registry and the servers have come apart, and what brings them together again. Nothing is ever ended."""

from __future__ import annotations

from collections import Counter

from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from viewsync.registry.rules.lookup import SessionMatch
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import SessionRow
    from viewsync.tmux.rules.model import Pane, Panes

    Key = tuple[str, str, str]

MAKING = ("state", "maker", "maker_start", "maker_place")  # the fields of a row whose session is not made yet


class ComparedRow(NamedTuple):
    """A row, and what its server says of it."""

    row: Registered
    doubt: str  # why nothing may be concluded, "" when it may
    reading: Panes | None  # None: no server runs there
    found: SessionMatch
    making: bool  # the process that makes it is at work
    pid_start: float  # when the program of the pane that was found started
    made_since: bool  # the session is not older than the row
    place: str = ""  # where the process ids of its server are some


class RowChange(NamedTuple):
    """What --repair does to a row: remove it, or give it these fields, without those, under that name."""

    remove: bool = False
    values: SessionRow | None = None
    drop: tuple[str, ...] = ()
    name: str = ""


class Finding(NamedTuple):
    kind: str
    name: str  # of the row, the session, the buffer or the file
    text: str  # a sentence
    repair: str = ""  # what --repair does, "" when that is for a person to decide
    note: bool = False  # for you to know: nothing is wrong
    socket: str = ""
    row: Registered | None = None
    change: RowChange | None = None

    @property
    def key(self) -> Key:
        return (self.kind, self.name, self.socket)


def rows(seen: Sequence[ComparedRow]) -> list[Finding]:
    """What is wrong with the rows, in their order."""
    names = _names(seen)
    found = [finding for row in seen for finding in _row(row, names)]
    return [*found, *_twice(seen)]


def _row(seen: ComparedRow, names: Mapping[str, str]) -> list[Finding]:
    row = seen.row
    if seen.doubt:
        return [
            Finding("unknown", row.name, f"viewsync cannot tell whether it is running: {seen.doubt}", socket=row.socket)
        ]
    if seen.making:
        return []
    if _goes(seen):
        return _gone(seen)
    return _there(seen, seen.reading, names) if seen.reading else []


def _goes(seen: ComparedRow) -> bool:
    """Its session is certainly not there."""
    if seen.doubt or seen.making:
        return False
    return seen.reading is None or not seen.found.session or bool(seen.row.maker and not seen.made_since)


def _names(seen: Sequence[ComparedRow]) -> dict[str, str]:
    """What each row is called in the end. It follows its session's name where no other row is called so then."""
    wanted = {row.row.name: _follows(row) for row in seen if row.row.quarantined or not _goes(row)}
    while True:
        counts = Counter(wanted.values())
        clashing = [old for old, new in wanted.items() if old != new and counts[new] > 1]
        if not clashing:
            return wanted
        wanted |= {name: name for name in clashing}


def _follows(seen: ComparedRow) -> str:
    name, alias = seen.row.name, seen.row.target.rpartition(":")[0] not in ("", seen.row.name)
    found = seen.found
    return name if seen.doubt or seen.making or alias or found.moved or not found.session else found.session_name


def _gone(seen: ComparedRow) -> list[Finding]:
    row = seen.row
    if row.quarantined:
        return []
    where = "its tmux server is gone" if seen.reading is None else "the session no longer exists"
    if seen.found.session:
        where = "the session with that name is older than its row"
    kind, text = (
        ("half-made", f"the viewsync that was creating it ended, and {where}") if row.maker else ("gone", where)
    )
    return [_finding(kind, row, text, "forget it", RowChange(remove=True))]


def _there(seen: ComparedRow, reading: Panes, names: Mapping[str, str]) -> list[Finding]:
    row, found, pane = seen.row, seen.found, seen.found.pane
    result = []
    values = ids(reading, found, seen.pid_start, seen.place)
    if pane is None:
        result.append(Finding("no-pane", row.name, "its session is running, but its pane is gone", socket=row.socket))
    if row.maker and row.project:
        # Only its file tells what is missing. Without the mark `run` would take it for whole, and type nothing into it.
        text = "the viewsync that was creating it ended too early: `viewsync run` completes it"
        result.append(Finding("half-made", row.name, text, socket=row.socket))
    elif row.maker:
        change = RowChange(values=values, drop=MAKING)
        result.append(
            _finding("half-made", row, "the viewsync that was creating it ended too early", "complete it", change)
        )
    elif not (row.server and row.session_id and row.pane_id) and pane:
        text = "its session is only known by name"
        result.append(_finding("no-ids", row, text, "record its ids", RowChange(values=values)))
    elif pane and not pane.dead and row.pid != pane.pid:
        change = RowChange(values=_process(pane, seen.pid_start, seen.place))
        text = f"its pane now runs process {pane.pid}, not {row.pid}"
        result.append(_finding("respawned", row, text, "record that", change))
    if found.moved and pane:
        return [*result, *_moved(row, pane)]
    if not row.quarantined and any(
        seen_pane.quarantined for seen_pane in reading.panes if seen_pane.session == found.session
    ):
        change = RowChange(values={"quarantined": True})
        result.append(_finding("quarantined", row, "it is quarantined in tmux, not in its row", "record that", change))
    session = row.target.rpartition(":")[0]
    if found.session_name not in (row.name, session):
        result.append(_renamed(row, found, names, alias=session not in ("", row.name)))
    return result


def _moved(row: Registered, pane: Pane) -> list[Finding]:
    """Its session's id stays that of the one it was made in: only so is the other one known not to be its own."""
    if row.target == pane.place:
        return []
    text = f"its pane was moved into session {pane.session_name!r}"
    return [_finding("moved", row, text, "record that", RowChange(values={"target": pane.place}))]


def _renamed(row: Registered, found: SessionMatch, names: Mapping[str, str], *, alias: bool) -> Finding:
    """Some rows were never called like their session; of those the target alone follows."""
    text = f"its session is now called {found.session_name!r}"
    if alias:
        place = row.target.rpartition(":")[2]
        change = RowChange(values={"target": f"{found.session_name}:{place}"})
        return _finding("renamed", row, text, "record that", change)
    if names[row.name] != found.session_name:
        return Finding(
            "renamed", row.name, f"{text}, and another session is registered under that name", socket=row.socket
        )
    return _finding("renamed", row, text, "rename it", RowChange(name=found.session_name))


def _finding(kind: str, row: Registered, text: str, repair: str, change: RowChange) -> Finding:
    return Finding(kind, row.name, text, repair, socket=row.socket, row=row, change=change)


def ids(reading: Panes, found: SessionMatch, pid_start: float, place: str) -> SessionRow:
    """The fields by which a row finds its session whatever it is called."""
    values: SessionRow = {"server": reading.server.identity, "session_id": found.session}
    if found.pane:
        values |= pane_fields(found.pane, pid_start, place)
    return values


def pane_fields(pane: Pane, pid_start: float, place: str) -> SessionRow:
    return {"target": pane.place, "pane_id": pane.id, **_process(pane, pid_start, place)}


def _process(pane: Pane, pid_start: float, place: str) -> SessionRow:
    values: SessionRow = {"pid": pane.pid, "pid_start": pid_start}
    return {**values, "place": place} if place else values


def _twice(seen: Iterable[ComparedRow]) -> list[Finding]:
    """Which of the two is right is for a person to say."""
    first: dict[tuple[str, str], str] = {}
    result = []
    for row in seen:
        if row.doubt or row.reading is None or not row.found.session or row.found.moved:
            continue
        key = (row.reading.server.identity, row.found.session)
        other = first.setdefault(key, row.row.name)
        if other != row.row.name:
            text = f"'{other}' names the same session"
            result.append(Finding("twice", row.row.name, text, socket=row.row.socket))
    return result


def strangers(reading: Panes, registered: Collection[str], views: Collection[str]) -> list[Pane]:
    """The current pane of each session that no row names: `registered` and `views` hold ids."""
    shown = {pane.session: pane for pane in reversed(reading.panes)}
    shown |= {pane.session: pane for pane in reading.panes if pane.window_active and pane.active}
    return [
        pane
        for pane in shown.values()
        if pane.session not in registered and not pane.marked and pane.session not in views
    ]
