"""Compare the registry with all servers and with what is left in the state folder, and repair what can be."""

from __future__ import annotations

import time

from viewsync import paths
from viewsync.errors import LockTimeout, MissingSession, SessionExists, TmuxError, UsageError, ViewsyncError
from viewsync.history import recording
from viewsync.registry import rows as registry_rows
from viewsync.registry.rules.row import registered, without
from viewsync.sessions import leftovers, listing
from viewsync.sessions.rules import drift
from viewsync.sessions.rules.drift import ComparedRow, Finding
from viewsync.store import unusable_rows
from viewsync.system import processes
from viewsync.text.nearest import did_you_mean
from viewsync.text.timestamps import epoch
from viewsync.tmux import pid_namespaces, reachable
from viewsync.tmux.rules import session_names
from viewsync.tmux.rules.model import Panes
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.rules import tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.registry.rules.row import Registered
    from viewsync.registry_shape import RegistryData, SessionRow
    from viewsync.sessions.listing import Answer
    from viewsync.sessions.rules.drift import Key
    from viewsync.store.unusable_rows import Unusable
    from viewsync.tmux.rules.model import Pane

_TRIGGER = "reconcile"
_UNUSABLE = "unusable-row"


class RegistryReading(NamedTuple):
    """Everything as it was found."""

    data: RegistryData
    answers: Mapping[str, Answer]
    seen: list[ComparedRow]


def read(ctx: Context) -> RegistryReading:
    data = ctx.registry.read()
    rows = registry_rows.of(data)
    answers = listing.ask(ctx.tmux, [*(row.socket for row in rows), *_servers(ctx, data)])
    return RegistryReading(data, answers, [_seen(row, answers[row.socket]) for row in rows])


def _servers(ctx: Context, data: RegistryData) -> list[str]:
    """Where somebody listens: in tmux's folders, in ours, and where rows of views say."""
    named = [str(row["socket"]) for row in data["views"].values() if row.get("socket")]
    return reachable.servers([*paths.tmux_folders(ctx.env), ctx.socket_folder], named)


def _seen(row: Registered, answer: Answer) -> ComparedRow:
    listed = listing.judge(row, answer)
    pane = listed.found.pane
    mine = (
        [seen_pane for seen_pane in listed.reading.panes if seen_pane.session == listed.found.session]
        if listed.reading
        else []
    )
    return ComparedRow(
        row=row,
        doubt=listed.doubt,
        reading=listed.reading,
        found=listed.found,
        making=processes.alive(row.maker, row.maker_start, row.maker_place),
        pid_start=_start(pane) if pane else 0.0,
        place=processes.place(),  # with those elsewhere nothing is done
        made_since=any(seen_pane.created >= epoch(row.created_at) for seen_pane in mine),
    )


def _start(pane: Pane) -> float:
    """Of its program. The pid of one that ended is another process's by now."""
    return 0.0 if pane.dead else processes.start_time(pane.pid)


def findings(ctx: Context, reading: RegistryReading) -> list[Finding]:
    """All that is amiss. A server that does not answer, and has no row, is told of as well."""
    named = {row.row.socket for row in reading.seen}
    silent = [
        Finding("no-answer", socket, answer.message, socket=socket)
        for socket, answer in reading.answers.items()
        if isinstance(answer, TmuxError) and not isinstance(answer, ServerGone) and socket not in named
    ]
    strangers = [
        Finding(
            "unregistered",
            pane.session_name,
            "not registered, and quarantined" if pane.quarantined else "not registered",
            note=True,
            socket=panes.server.socket,
        )
        for panes, pane in _strangers(reading)
    ]
    unusable = [_unusable(entry) for entry in unusable_rows.of(reading.data)]
    return [*unusable, *drift.rows(reading.seen), *silent, *strangers, *leftovers.find(ctx, _answered(reading))]


def _unusable(entry: Unusable) -> Finding:
    """Nobody else loses anything by it, and nobody can use it: but for a person, who finds it in the file."""
    text = f"it cannot be used: {entry.problem}"
    return Finding(_UNUSABLE, entry.told, text, "take it out, and keep it in a file")


def _answered(reading: RegistryReading) -> list[Panes]:
    return [answer for answer in reading.answers.values() if isinstance(answer, Panes)]


def _strangers(reading: RegistryReading) -> list[tuple[Panes, Pane]]:
    found: list[tuple[Panes, Pane]] = []
    for panes in _answered(reading):
        ids = {
            one.found.session
            for one in reading.seen
            if one.reading and one.reading.server == panes.server and not one.found.moved
        }
        views = tracking.proven_in(panes, reading.data["views"])
        found += [(panes, pane) for pane in drift.strangers(panes, ids, views)]
    return found


def repair(ctx: Context, found: list[Finding]) -> dict[Key, str]:
    """What was not repaired of what can be, and why. Rows first, then what is left over."""
    wanted = [finding for finding in found if finding.repair]
    failed = _guarded(ctx, [finding for finding in wanted if finding.kind == _UNUSABLE], _take_out)
    failed |= _guarded(ctx, [finding for finding in wanted if finding.change], _repair_rows)
    others = [finding for finding in wanted if not finding.change and finding.kind != _UNUSABLE]
    failed |= _guarded(ctx, others, leftovers.remove)
    done = [finding for finding in wanted if finding.row and finding.key not in failed]
    recording.record(ctx, [_event(ctx.clock, finding, finding.row) for finding in done if finding.row])
    return failed


def _event(clock: Callable[[], float], finding: Finding, row: Registered) -> Event:
    detail = finding.change.name if finding.change else ""
    return recording.event(clock, row, finding.kind, _TRIGGER, finding.text, detail=detail)


def _guarded(
    ctx: Context, wanted: list[Finding], work: Callable[[Context, list[Finding]], dict[Key, str]]
) -> dict[Key, str]:
    if not wanted:
        return {}
    try:
        return work(ctx, wanted)
    except LockTimeout:
        raise
    except ViewsyncError as error:
        return {finding.key: error.message for finding in wanted}


def _take_out(ctx: Context, wanted: list[Finding]) -> dict[Key, str]:
    told = {finding.name for finding in wanted}
    with ctx.registry.change() as data:
        mine = [entry for entry in unusable_rows.of(data) if entry.told in told]
        unusable_rows.take_out(ctx.registry.path, data, mine)
    left = told - {entry.told for entry in mine}
    return {finding.key: "it changed during the repair" for finding in wanted if finding.name in left}


def _repair_rows(ctx: Context, wanted: list[Finding]) -> dict[Key, str]:
    by_row: dict[str, list[Finding]] = {}
    for finding in wanted:
        by_row.setdefault(finding.name, []).append(finding)
    failed: dict[Key, str] = {}
    names: dict[str, Finding] = {}
    with ctx.registry.change() as data:
        rows = data["sessions"]
        for name, mine in by_row.items():
            if name not in rows or registered(name, rows[name]) != mine[0].row:
                failed |= {finding.key: "it changed during the repair" for finding in mine}
                continue
            for finding in mine:
                _change(rows, name, finding.change or drift.RowChange())
                if finding.change and finding.change.name:
                    names[name] = finding
        taken = registry_rows.rename(
            rows, {name: finding.change.name for name, finding in names.items() if finding.change}
        )
    return failed | {names[taken_name].key: "another session took the name" for taken_name in taken}


def _change(rows: dict[str, SessionRow], name: str, change: drift.RowChange) -> None:
    """All but its name: names change together, after everything else."""
    if change.remove:
        del rows[name]
        return
    rows[name] = {**without(rows[name], change.drop), **(change.values or {})}


def register(ctx: Context, reading: RegistryReading, name: str, socket: str) -> str:
    """Give the session of exactly that name a row; the socket of its server."""
    fitting = [
        (panes, pane)
        for panes, pane in _strangers(reading)
        if pane.session_name == name and socket in ("", panes.server.socket)
    ]
    if not fitting:
        there = [pane.session_name for _, pane in _strangers(reading)]
        near = did_you_mean(name, there, "`viewsync reconcile` lists them")
        raise MissingSession(f"there is no unregistered session {name!r}", near)
    if len(fitting) > 1:
        places = ", ".join(panes.server.socket for panes, _ in fitting)
        raise UsageError(f"{name!r} is a session on {places}", "name its server with -S")
    if problem := session_names.refusal(name):
        raise UsageError(f"cannot register a session {name!r}: {problem}", "rename it first")
    found, pane = fitting[0]
    row = _new_row(ctx.clock, found, pane)
    with ctx.registry.change() as data:
        if name in data["sessions"]:
            raise SessionExists(f"Session '{name}' already exists in registry", "rename one of the two first")
        data["sessions"][name] = row
    recording.record(ctx, [recording.event(ctx.clock, registered(name, row), "register", _TRIGGER, "requested")])
    return found.server.socket


def _new_row(clock: Callable[[], float], reading: Panes, pane: Pane) -> SessionRow:
    return {
        "socket": reading.server.socket,
        "type": "shell",
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(pane.created)),
        "last_active": registry_rows.stamp(clock()),
        "server": reading.server.identity,
        "session_id": pane.session,
        **drift.pane_fields(pane, _start(pane), ""),
        **pid_namespaces.known(reading.server.socket, reading.server.identity, _start(pane)),
    }
