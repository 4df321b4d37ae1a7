"""What can happen, and how it is told: the history's lines, and what the WezTerm module announces."""

from typing import Annotated, Any, Literal, TypedDict

EVENTS = {
    # of a session
    "create": "a session was made; `reason` is its type, or the command that made it",
    "register": "a session that somebody else made was registered",
    "rename": "viewsync renamed a session; `detail` is the new name",
    "renamed": "somebody else did, and `reconcile` saw it; `detail` is the new name",
    "attach": "somebody is on a session, or on a view of it, and nobody was before",
    "detach": "nobody is any more; `seconds` is how long somebody was",
    "step": "a step of a project ran; `trigger` is its stage",
    "step-failed": "a step of a project failed",
    "error": "a session could not be made; `reason` is the kind of error",
    "kill": "somebody ended a session by its name",
    "end": "a cleanup ended a session or a view",
    "gone": "a session or view is gone: it ended by itself, or somebody else ended it",
    "forget": "a cleanup forgot a session that was gone",
    "quarantine": "a session or view was put under quarantine",
    "release": "its quarantine ended",
    "half-made": "`reconcile` completed or forgot a row whose maker was killed",
    "no-ids": "`reconcile` completed the row of a session that was known by its name alone",
    "respawned": "`reconcile` took note of the new program in a session's pane",
    "moved": "`reconcile` took note of where a session's pane was moved",
    "quarantined": "`reconcile` took note of a quarantine that only tmux knew of",
    "worktree": "a worktree was made for a project's session",
    "worktree-removed": "a worktree was removed",
    "call": "an agent called a tool; `detail` is the length and hash of what it typed",
    # of a view
    "open": "a view was made and attached to",
    "reuse": "a view that was there was attached to",
    "found": "a view that the registry did not have was found on a server",
    "lost": "a view was to be made and never was",
    "keep": "a cleanup keeps a view; written when the reason is another than before",
    "promote": "a view took the name of its parent, which is gone",
    "restore": "the views of a WezTerm that is gone were opened again",
}


class HistoryEvent(TypedDict):
    """A line of the history (`history.db` in the state folder, table `events`). It never holds what was typed."""

    at: Annotated[float, "when, in epoch seconds"]
    event: Annotated[str, "what happened"]
    trigger: Annotated[str, "what led to it: a verb, `hook` for tmux's hooks, `person`, a timer, a stage of a step"]
    socket: Annotated[str, "the socket of the tmux server"]
    server: Annotated[str, "that server's process id and start, as PID.START; empty where it is not known"]
    session: Annotated[str, "the name of the session or view"]
    parent: Annotated[str, "of a view: the session that it shows"]
    window: Annotated[str, "of a view: the tmux id of its window, such as @5"]
    gui: Annotated[int, "of a view: the process id of its WezTerm; 0 without one"]
    tty: Annotated[str, "of a view: the terminal that it was opened in"]
    reason: Annotated[str, "why, in the words that people are shown"]
    project: Annotated[str, "the project's name; empty without one"]
    seconds: Annotated[
        float | None, "how long it took, or of an end, how long it was there; null where that is not known"
    ]
    detail: Annotated[str, "the new name of a rename; a tab's title; `server` where tmux ended a view by itself"]
    what: Annotated[Literal["session", "view"], "what it happened to"]
    gui_start: Annotated[float, "when that WezTerm started, in epoch seconds; 0 where it is not known"]


class EventLine(HistoryEvent):
    host: Annotated[str | None, "with --everywhere the host's name; null without it"]


class ViewOpened(TypedDict):
    """a tab was opened; handlers get its window, its pane, and a table with:"""

    parent: Annotated[str, "the tmux session that the tab shows"]
    title: Annotated[str, "the tab's title"]
    host: Annotated[str | None, "the host that the session is on; nil for this one"]
    socket_name: Annotated[str | None, "the name of the tmux server, as in tmux -L; nil unless it was given"]
    socket_path: Annotated[str | None, "its socket, as in tmux -S; nil unless it was given"]
    window: Annotated[str | None, "the tmux id of the window to start on; nil unless it was given"]


class Cleaned(TypedDict):
    """a sweep changed something; handlers get what `cleanup --views --json` prints, and:"""

    trigger: Annotated[str, "what started the sweep: wezterm-tab, wezterm-window, wezterm-timer, ..."]


LUA_EVENTS: dict[str, Any] = {"viewsync.view-opened": ViewOpened, "viewsync.cleaned": Cleaned}
