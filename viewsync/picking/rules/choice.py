"""One thing that can be picked."""

from __future__ import annotations

from viewsync.text.printing import printable
from viewsync.typed import NamedTuple

SESSION, PROJECT, WORKTREE, FOLDER = "session", "project", "worktree", "folder"
KINDS = (SESSION, PROJECT, WORKTREE, FOLDER)
HEAD = ("KIND", "NAME", "DETAILS")
WIDEST = 40  # columns of a name, before its details


class Choice(NamedTuple):
    kind: str
    name: str  # of a session its own, of all else how people call it
    socket: str  # of the server that it is on, or would be made on
    path: str = ""  # a project's file, or a folder; "" for a session
    detail: str = ""  # what else a row says
    session: str = ""  # the name of the session that runs already, "" where none is known to
    windows: int = 0
    clients: int = 0  # on it and on its views
    used: int = 0  # when somebody last attached to it or to a view of it, in epoch seconds; 0 for never
    current: bool = False  # we are in it

    @property
    def host(self) -> str:
        """The other host that it is on, "" for this one."""
        return "" if self.socket.startswith("/") else self.socket.partition(":")[0]

    @property
    def text(self) -> str:
        """What is searched."""
        return printable(f"{self.kind} {self.name} {self.detail}")
