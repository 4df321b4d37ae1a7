"""The fields of the verbs about views. An optional one stands in a class with total=False."""

from typing import Annotated, Literal, TypedDict


class OpenOutput(TypedDict):
    """A view that is reserved, and not yet attached."""

    view: Annotated[str, "the view's name"]
    parent: Annotated[str, "the session that it shows"]
    socket: Annotated[str, "the socket of its tmux server"]
    action: Annotated[Literal["created", "reused"], "whether it was made for this"]
    lease_seconds: Annotated[float, "how long it stays reserved"]
    attach: Annotated[list[str], "the command, in words, that attaches to it"]


class ListedView(TypedDict):
    name: Annotated[str, "the view's name"]
    id: Annotated[str, "its tmux id, such as $7"]
    attached: Annotated[int, "how many clients are on it"]
    tty: Annotated[str | None, "the terminal that it was last opened in"]
    pid: Annotated[int | None, "the process id of its last known client"]
    window: Annotated[str, "the tmux id of its current window, such as @5"]
    created: Annotated[int, "when it was made, in epoch seconds"]
    last_attached: Annotated[int | None, "when a client last attached, in epoch seconds"]
    idle_since: Annotated[float | None, "since when nobody is known to be on it, in epoch seconds"]
    pinned: Annotated[bool, "whether every cleanup keeps it"]
    state: Annotated[
        Literal["attached", "suspended", "unattached"], "whether somebody is on it; `suspended`: a stopped client is"
    ]
    action: Annotated[Literal["keep", "end", "promote"], "what the next sweep does with it"]
    reason: Annotated[str, "why"]


class ListedWindow(TypedDict):
    id: Annotated[str, "its tmux id, such as @5"]
    index: Annotated[int, "its number in the session"]
    name: Annotated[str, "its name"]
    current: Annotated[bool, "whether the session itself is on it; each view has a current window of its own"]


class _Parent(TypedDict):
    name: Annotated[str, "the session's name"]
    id: Annotated[str | None, "its tmux id; null where it is gone"]
    socket: Annotated[str, "the socket of its tmux server"]
    exists: Annotated[bool, "false where only its views are left"]
    windows: Annotated[int, "how many windows it has"]
    attached: Annotated[int, "how many clients are on the session itself"]
    created: Annotated[int | None, "when it was made, in epoch seconds"]
    views: Annotated[list[ListedView], "its views"]


class Parent(_Parent, total=False):
    window_list: Annotated[list[ListedWindow], "with --windows: its windows, by their numbers"]


class ServerRow(TypedDict):
    socket: Annotated[str, "its socket"]
    pid: Annotated[int, "its process id"]
    start: Annotated[int, "when it started, in epoch seconds"]
    version: Annotated[str, "its version, as tmux says it: 3.3a"]


class ViewsOutput(TypedDict):
    parents: Annotated[list[Parent], "sessions that have views; with --all, the others, too"]
    servers: Annotated[list[ServerRow], "the tmux servers that answered"]
    errors: Annotated[list[str], "what could not be read"]


class VerdictRow(TypedDict):
    socket: Annotated[str, "the socket of its tmux server"]
    session: Annotated[str, "the view's name"]
    action: Annotated[Literal["keep", "end", "promote"], "what is done with it; `promote`: it takes its parent's name"]
    reason: Annotated[str, "why"]


class SweepOutput(TypedDict):
    """What a sweep did, or with --dry-run would do."""

    ended: Annotated[int, "how many views ended"]
    promoted: Annotated[int, "how many took the name of their parent, which is gone"]
    kept: Annotated[int, "how many stay"]
    failed: Annotated[int, "how many changed in the meantime, and were skipped"]
    dry_run: Annotated[bool, "whether nothing was changed"]
    verdicts: Annotated[list[VerdictRow], "each view that was looked at"]
    errors: Annotated[list[str], "servers and files that could not be read"]


class ShownTab(TypedDict):
    tty: Annotated[str, "its terminal"]
    parent: Annotated[str, "the session that it shows, by the name that this has now"]


class CleanedViews(SweepOutput, total=False):
    tabs: Annotated[list[ShownTab], "with --from-gui: what each terminal of --live-tty shows, of those on a view"]


class _SweeperState(TypedDict):
    running: Annotated[bool, "whether a sweeper runs"]
    pid: Annotated[int, "its process id; 0 where there is none, or while it starts"]


class SweeperOutput(_SweeperState, total=False):
    start: Annotated[float, "when its process started, in epoch seconds"]
    place: Annotated[str, "where its process id is one: BOOT.PID_NAMESPACE@MACHINE; empty where that is not told"]
    since: Annotated[float, "since when it sweeps, in epoch seconds"]
    last_sweep: Annotated[float, "when it last swept, in epoch seconds"]
    watching: Annotated[list[str], "the folders that it watches"]
    problem: Annotated[str, "what is wrong with it; empty where nothing is"]
    publishes: Annotated[bool, "whether it says what is here in the index that hosts share"]
    last_timer_run: Annotated[float, "when a timer last ran it, in epoch seconds; missing where none ever did"]


class SweeperOnce(TypedDict):
    swept: Annotated[bool, "whether it swept; false where another sweeper was at it"]


class SweeperStopped(TypedDict):
    stopped: Annotated[bool, "whether one ran and was stopped"]


class PinOutput(TypedDict):
    view: Annotated[str, "the view's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    pinned: Annotated[bool, "whether every cleanup keeps it now"]


class AdoptOutput(TypedDict):
    parent: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    found: Annotated[list[str], "sessions that look like views of it and are not viewsync's"]
    adopted: Annotated[list[str], "those that were taken over"]


class RestoredTab(TypedDict):
    parent: Annotated[str, "the session that the tab showed"]
    socket: Annotated[str, "the socket of its tmux server"]
    window: Annotated[str | None, "the tmux id of the window that it was on"]
    host: Annotated[str | None, "the host that its session is on; null for this one"]
    title: Annotated[str, "the session's name, for the tab, and where it is on another host"]
    tab_title: Annotated[str | None, "the title of its own that the tab had, icon included"]
    into: Annotated[Literal["tab", "window", "right", "down"], "where it opens: `right` and `down` split another one"]
    beside: Annotated[int | None, "the place in the list of the one that is split, or in whose window it opens"]
    percent: Annotated[int | None, "how much of the room a split has"]
    workspace: Annotated[str | None, "WezTerm's workspace that its window was in"]
    zoomed: Annotated[bool, "whether its tab showed that pane alone"]
    argv: Annotated[list[str], "the command, in words, that opens it again"]


class RestoreOutput(TypedDict):
    gui_pid: Annotated[int, "the process id of the WezTerm that is gone"]
    tabs: Annotated[list[RestoredTab], "the tabs to open, in this order"]
    focus: Annotated[list[int], "places in that list: what to go to at last, one after the other"]
    missing: Annotated[list[str], "sessions of tabs that are gone"]
    panes: Annotated[list[int], "WezTerm's ids of the panes that were opened"]


class PickChoice(TypedDict):
    key: Annotated[str, "what `pick --open` and `pick --preview` take for it: letters, digits, `-` and `_`"]
    kind: Annotated[Literal["session", "project", "worktree", "folder"], "what it is"]
    name: Annotated[str, "what people call it; of a session its own name"]
    detail: Annotated[str, "what else its row says"]
    socket: Annotated[str, "the socket of the tmux server that it is on, or would be made on"]
    path: Annotated[str | None, "a project's file, or the folder; null for a session"]
    session: Annotated[str | None, "the session that runs for it already, where that is known"]
    windows: Annotated[int, "how many windows a session has; 0 for all else"]
    clients: Annotated[int, "how many clients are on a session and on its views"]
    last_attached: Annotated[int | None, "when a client last attached to a session or a view of it, in epoch seconds"]
    current: Annotated[bool, "whether we are in that session"]


class PickOutput(TypedDict):
    choices: Annotated[list[PickChoice], "sessions, projects, worktrees and folders, in the order of the picker"]
    errors: Annotated[list[str], "what could not be read"]


class _PickOpened(TypedDict):
    name: Annotated[str, "the session's name"]
    socket: Annotated[str, "the socket of its tmux server"]
    session_id: Annotated[str, "its tmux id, such as $7"]
    attach: Annotated[list[str], "the command, in words, that attaches to it"]


class PickOpened(_PickOpened, total=False):
    view: Annotated[str, "with --client: the view that this client shows now"]


class PickPreview(TypedDict):
    lines: Annotated[list[str], "what it looks like"]
