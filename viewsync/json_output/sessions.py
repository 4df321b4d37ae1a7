"""The fields of the verbs about registered sessions."""

from typing import Annotated, Any, Literal, TypedDict

Status = Literal["alive", "dead", "missing", "zombie", "server", "unknown"]


class FoldedView(TypedDict):
    name: Annotated[str, "the view's name"]
    id: Annotated[str, "its tmux id, such as $7"]
    attached: Annotated[bool, "whether somebody is on it"]


class ListedSession(TypedDict):
    name: Annotated[str, "the session's name in the registry"]
    socket: Annotated[str, "the socket of its tmux server; HOST:NAME for one of another host"]
    socket_basename: Annotated[str, "the last part of that path"]
    target: Annotated[str, "its pane, as tmux takes it: session:window.pane"]
    moved_to: Annotated[str | None, "the session that its pane was moved into; null where that is its own"]
    type: Annotated[
        str, "what it runs: shell, python-repl, debugger, program, project, or another's word; tmux on another host"
    ]
    project: Annotated[str | None, "the project that it is a session of"]
    status: Annotated[
        Status,
        "`dead`: the program ended and its pane is kept; `missing`: no such pane; `zombie`: the pane has no program;"
        " `server`: no tmux server; `unknown`: the server did not answer",
    ]
    pid: Annotated[int | None, "the process id of its program; null where none runs, and on another host"]
    created_at: Annotated[str | None, "when it was made, as 2026-11-23T10:00:00Z"]
    last_active: Annotated[str | None, "when it was last used, in the same form"]
    age: Annotated[int | None, "seconds since it was made"]
    quarantined: Annotated[bool, "whether every cleanup keeps it"]
    views: Annotated[list[FoldedView], "its views"]


class ListOutput(TypedDict):
    sessions: Annotated[list[ListedSession], "the sessions, in the order of --sort"]
    total: Annotated[int, "how many there are"]
    alive: Annotated[int, "how many of them are alive"]
    dead: Annotated[int, "how many are not, as their servers say: dead, missing or zombie"]
    no_server: Annotated[int, "how many have no tmux server any more"]
    unknown: Annotated[int, "how many have a server that did not answer"]
    errors: Annotated[list[str], "what could not be read"]


class _OfHost(TypedDict):
    host: Annotated[str, "the host's name"]
    host_id: Annotated[str, "that name and what no other host, user or state folder has"]
    live: Annotated[bool, "whether it was heard of within its time; where not, nothing is known of its sessions"]
    last_seen: Annotated[str, "when it was heard of last, as 2026-11-23T10:00:00Z"]


class EverywhereSession(_OfHost, ListedSession):
    """As ListedSession, of any host."""


class SharingHost(_OfHost):
    sessions: Annotated[int, "how many registered sessions it has, or had then"]


class EverywhereOutput(TypedDict):
    sessions: Annotated[list[EverywhereSession], "the sessions of all hosts, in the order of --sort"]
    total: Annotated[int, "how many there are"]
    alive: Annotated[int, "how many of them are alive"]
    dead: Annotated[int, "how many are not, as their servers say: dead, missing or zombie"]
    no_server: Annotated[int, "how many have no tmux server any more"]
    unknown: Annotated[int, "how many have a server, or a host, that did not answer"]
    hosts: Annotated[list[SharingHost], "the hosts that share the index, by name"]
    errors: Annotated[list[str], "what could not be read"]


class FoundSession(TypedDict):
    name: Annotated[str, "the session's name"]
    id: Annotated[str, "its tmux id, such as $7"]
    attached: Annotated[bool, "whether somebody is on it"]
    created_at: Annotated[str, "when it was made, as 2026-11-23T10:00:00Z"]
    windows: Annotated[int, "how many windows it has"]


class FoundServer(TypedDict):
    socket: Annotated[str, "the socket of the tmux server"]
    sessions: Annotated[list[FoundSession], "its sessions that match --query"]


class FindOutput(TypedDict):
    servers: Annotated[list[FoundServer], "the tmux servers that answered"]
    errors: Annotated[list[str], "servers that could not be read"]


class EverywhereServer(_OfHost, FoundServer):
    """As FoundServer, of any host."""


class FindEverywhereOutput(TypedDict):
    servers: Annotated[list[EverywhereServer], "the tmux servers of all hosts that share the index"]
    errors: Annotated[list[str], "what could not be read"]


class HealthOutput(TypedDict):
    status: Annotated[
        Literal["healthy", "dead", "missing", "zombie", "server_not_running"], "the answer; the exit code says the same"
    ]
    server_running: Annotated[bool, "whether there is a tmux server on the socket"]
    session_exists: Annotated[bool, "whether it has the session"]
    pane_exists: Annotated[bool, "whether the session has the pane"]
    pane_dead: Annotated[bool, "whether tmux keeps the pane of a program that ended"]
    pid: Annotated[int | None, "the process id of the pane's program; null on another host"]
    process_running: Annotated[bool, "whether that process runs; on another host, whether its tmux says so"]
    socket: Annotated[str, "the socket of the tmux server; HOST:NAME or HOST:PATH for one of another host"]
    target: Annotated[str, "the pane that was asked about"]
    command: Annotated[str | None, "the program in the foreground"]
    command_pid: Annotated[int | None, "its process id"]
    cpu_percent: Annotated[float | None, "what all processes of the pane use, in percent of one core"]
    memory_bytes: Annotated[int | None, "the memory of all processes of the pane"]
    quarantined: Annotated[bool, "whether every cleanup keeps the session"]


class HostSession(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "its tmux server, as HOST:NAME or HOST:PATH"]
    target: Annotated[str, "the pane that was looked at, its current one"]
    status: Annotated[Literal["healthy", "dead"], "as its tmux says"]
    quarantined: Annotated[bool, "whether every cleanup keeps it"]


class HostHealth(TypedDict):
    host: Annotated[str, "the host, as the setting names it"]
    status: Annotated[
        Literal["healthy", "dead", "server_not_running", "unknown"],
        "`dead`: a session there is; `server_not_running`: it has none; `unknown`: it did not answer",
    ]
    unreachable_since: Annotated[str | None, "since when it cannot be reached, as 2026-11-23T10:00:00Z; null if it can"]
    message: Annotated[str | None, "why it did not answer; null where it did"]
    sessions: Annotated[list[HostSession], "its sessions, without their views"]


class HealthOfAll(TypedDict):
    hosts: Annotated[list[HostHealth], "the hosts, in the order of the setting"]
    errors: Annotated[list[str], "which did not answer, and why"]


class CreateOutput(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    target: Annotated[str, "its pane, as tmux takes it: session:window.pane"]
    type: Annotated[str, "what it runs: shell, python-repl, debugger, program, or a template's word"]
    pid: Annotated[int | None, "the process id of its program; null where it ended at once"]
    window: Annotated[str, "the name of its window"]
    registered: Annotated[bool, "whether it is in the registry"]
    session_id: Annotated[str, "its tmux id, such as $7"]
    pane_id: Annotated[str, "the tmux id of its pane, such as %9"]
    ready: Annotated[bool | None, "whether the prompt came; null without --wait"]
    withheld: Annotated[list[str], "variables of yours that it has not, since they look like secrets: -e NAME"]
    attach: Annotated[list[str], "the command, in words, that attaches to it"]


class EndStep(TypedDict):
    name: Annotated[str, "the cleanup step's name"]
    problem: Annotated[str, "why it failed; empty where it did not"]


class EndedProcess(TypedDict):
    pid: Annotated[int, "its process id"]
    command: Annotated[str, "the program's name"]
    signal: Annotated[Literal["TERM", "KILL"], "what it took"]


class LivingProcess(TypedDict):
    pid: Annotated[int, "its process id"]
    command: Annotated[str, "the program's name"]
    why: Annotated[str, "why it lives on"]


class KillOutput(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    session_id: Annotated[str | None, "its tmux id; null where it was gone"]
    killed: Annotated[bool, "whether it was ended"]
    registered: Annotated[bool, "whether the registry had it"]
    deregistered: Annotated[bool, "whether the registry has forgotten it"]
    live_on: Annotated[list[str], "other sessions that have its windows"]
    steps: Annotated[list[EndStep], "the cleanup steps that ran"]
    problems: Annotated[list[str], "what else went wrong"]
    pane_id: Annotated[str | None, "its pane, such as %9, where that was moved into another session and alone is ended"]
    moved_to: Annotated[str | None, "the name of that session"]
    ended_processes: Annotated[list[EndedProcess], "programs that ignored the end of their terminal, and were ended"]
    living_processes: Annotated[list[LivingProcess], "programs that live on"]
    dry_run: Annotated[bool, "whether nothing was changed"]


class ExpiredSession(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    status: Annotated[Status, "its health, as `list` has it"]
    action: Annotated[Literal["keep", "end", "forget"], "what is done with it"]
    reason: Annotated[str, "why"]
    removed: Annotated[bool, "whether the registry has forgotten it"]
    ended: Annotated[bool, "whether it was ended"]
    evidence: Annotated[str | None, "the file that its output was saved in"]
    problem: Annotated[str | None, "what went wrong"]
    ended_processes: Annotated[list[EndedProcess], "programs that ignored the end of their terminal, and were ended"]
    living_processes: Annotated[list[LivingProcess], "programs that live on"]


class CleanupOutput(TypedDict):
    """What `cleanup` did with registered sessions, or with --dry-run would do."""

    removed: Annotated[int, "how many sessions were removed"]
    kept: Annotated[int, "how many stay"]
    failed: Annotated[int, "how many could not be removed"]
    dry_run: Annotated[bool, "whether nothing was changed"]
    sessions: Annotated[list[ExpiredSession], "each registered session"]
    errors: Annotated[list[str], "servers that could not be read"]


class RenameOutput(TypedDict):
    old: Annotated[str, "the name before"]
    name: Annotated[str, "the new name"]
    socket: Annotated[str, "the socket of its tmux server"]
    session_id: Annotated[str, "its tmux id"]
    registered: Annotated[bool, "whether it is in the registry"]
    views: Annotated[list[str], "its views, which show it under the new name"]


class HeartbeatOutput(TypedDict):
    name: Annotated[str, "the session's name"]
    last_active: Annotated[str, "the time that was recorded, as 2026-11-23T10:00:00Z"]


class QuarantineOutput(TypedDict):
    name: Annotated[str, "the session's name"]
    status: Annotated[Status, "its health, as `list` has it"]
    quarantined: Annotated[bool, "true: every cleanup keeps it"]
    evidence: Annotated[str | None, "the file that its output was saved in"]
    problems: Annotated[list[str], "what went wrong"]


class ReleaseOutput(TypedDict):
    name: Annotated[str, "the session's name"]
    quarantined: Annotated[bool, "false: it is cleaned up as any other"]


class FindingRow(TypedDict):
    kind: Annotated[str, "what kind of difference it is: gone, renamed, unregistered, half-made, ..."]
    name: Annotated[str, "what it is about: a session, a buffer or a file"]
    socket: Annotated[str | None, "the socket of its tmux server"]
    text: Annotated[str, "what differs"]
    repair: Annotated[str | None, "what --repair does about it; null where a person has to decide"]
    note: Annotated[bool, "whether nothing is wrong with it"]
    repaired: Annotated[bool, "whether that was done"]


class ReconcileOutput(TypedDict):
    findings: Annotated[list[FindingRow], "how the registry and the servers differ"]
    remaining: Annotated[int, "how many still differ"]
    repaired: Annotated[int, "how many were repaired"]


class ReconcileRegistered(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    registered: Annotated[bool, "true: it is in the registry"]


class BackupOutput(TypedDict):
    file: Annotated[str, "the copy"]
    sessions: Annotated[int, "how many sessions it holds"]


class RestoreRegistryOutput(TypedDict):
    added: Annotated[list[str], "sessions that only the copy has"]
    replaced: Annotated[list[str], "sessions that differ"]
    removed: Annotated[list[str], "sessions that the copy does not have"]
    dry_run: Annotated[bool, "whether nothing was changed"]
    kept_as: Annotated[str | None, "where the registry before was saved"]


class RegistryAnswer(TypedDict):
    what: Annotated[str, "what was asked for: init, validate, add, remove, touch, lock or unlock"]
    done: Annotated[bool, "whether it could be done; the exit code says the same"]


class RegistryRow(TypedDict):
    what: Annotated[Literal["get", "exists", "socket", "target"], "what was asked for"]
    name: Annotated[str, "the session's name"]
    row: Annotated[dict[str, Any] | None, "its row, as the file has it; null where there is none"]


class RegistryContents(TypedDict):
    what: Annotated[Literal["list"], "what was asked for"]
    registry: Annotated[dict[str, Any], "the whole file"]


class RegistryPath(TypedDict):
    what: Annotated[Literal["path"], "what was asked for"]
    path: Annotated[str, "the registry's file"]


class RegistryOfPlace(TypedDict):
    what: Annotated[Literal["forget-place"], "what was asked for"]
    sessions: Annotated[list[str], "sessions that were forgotten, or would be"]
    views: Annotated[list[str], "the same of views"]
    kept: Annotated[list[str], "sessions and views that stay, as quarantined or since their server may still be there"]
    dry_run: Annotated[bool, "whether nothing was changed"]


class RegistryDead(TypedDict):
    what: Annotated[Literal["cleanup-dead"], "what was asked for"]
    count: Annotated[int, "how many sessions are gone"]
    dry_run: Annotated[bool, "whether nothing was changed"]
    errors: Annotated[list[str], "servers that could not be read"]
