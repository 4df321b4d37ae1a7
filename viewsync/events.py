"""The history's lines, and the names of what can happen. A leaf: whoever decides, acts or keeps files knows them."""

from __future__ import annotations

from viewsync.typed import NamedTuple

# What happens to a session; usage/rules/report.py counts it.
CREATE = "create"
RENAMES = ("rename", "renamed")  # by us, and seen by `reconcile`; `detail` is the new name
ATTACH = "attach"
DETACH = "detach"  # `seconds`: how long somebody was there
STEP = "step"
STEP_FAILED = "step-failed"
ERROR = "error"
KILL = "kill"  # by a person or a program that named it
END = "end"  # by a clean-up
GONE = "gone"  # seen to be gone: by itself, or by somebody else
FORGET = "forget"  # a clean-up forgot it, as it was gone
CALL = "call"  # of a tool of the MCP server; `detail` is the length and the hash of what was typed, `reason` the tool
STEPS = (STEP, STEP_FAILED)
# What happens to a view, besides DETACH, GONE and what a verdict says (tmux/rules/model.py).
OPEN = "open"
REUSE = "reuse"
FOUND = "found"  # it carries our mark, and had no row
LOST = "lost"  # it was never made
RESTORE = "restore"  # its WezTerm is gone, and its views were opened again

ORPHAN = "orphan: nobody is on it"  # why a view ended
BY_ITSELF = "server"  # `detail` of such an end: the server ended it, and nothing of viewsync ran
CLIENTLESS = "made without a client"  # why nobody left such a view
SERVER_GONE = "its tmux server is gone"
HOOK = "hook"  # what led to it: tmux's hooks, whether we were started or the server ended a view by itself


class Event(NamedTuple):
    """One line of the history: what happened, and what led to it (`trigger`). Never what was typed, or a secret."""

    at: float
    event: str
    trigger: str
    socket: str
    server: str
    session: str
    parent: str = ""
    window: str = ""
    gui: int = 0  # the pid of a WezTerm
    tty: str = ""
    reason: str = ""
    project: str = ""  # its name
    seconds: float | None = None  # how long it took; None where there is nothing to measure
    detail: str = ""  # what of it a program has to read: the new name of a rename, the title of an opened tab
    what: str = "session"  # or "view"
    gui_start: float = 0.0  # when that process started; 0 when it is not known


class Sample(NamedTuple):
    """What the processes in one session used, all together."""

    at: float
    socket: str
    server: str
    session: str
    project: str
    cpu: float  # seconds of processor time since they started, those of their ended children included
    memory: int  # resident bytes
    processes: int
