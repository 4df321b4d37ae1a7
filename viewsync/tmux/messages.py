"""What tmux tells in words alone. They are read in this file and nowhere else, and tried with the tmux that is there.

Each is read as a line of its own: the names in them are anybody's, and a session may be called "lost server". Words
that are not known here are an error like any other, on whose strength nothing is forgotten or ended. tmux does not
translate them: it sets neither LC_MESSAGES nor LC_ALL.
"""

from __future__ import annotations

_REASONS = ("No such file or directory", "Connection refused")  # any other one says nothing of the server
_HUNG_UP = ("lost server", "server exited", "server exited unexpectedly")


def no_server(said: str, socket: str) -> bool:
    """Nobody listens there."""
    lines = [f"no server running on {socket}", *(f"error connecting to {socket} ({reason})" for reason in _REASONS)]
    return any(f"\n{line}\n" in f"\n{said}\n" for line in lines)


def no_server_there(said: str) -> bool:
    """The same of another host, where the socket's folder is not known here."""
    last = said.strip("\n").rpartition("\n")[2]
    reasons = tuple(f" ({reason})" for reason in _REASONS)
    return last.startswith("no server running on /") or (
        last.startswith("error connecting to /") and last.endswith(reasons)
    )


def hung_up(said: str) -> bool:
    """The server ended while it was asked, or does not understand this tmux."""
    return said.strip("\n").rpartition("\n")[2] in _HUNG_UP


def duplicate(said: str) -> bool:
    """A session has that name."""
    return "\nduplicate session: " in f"\n{said}"


def no_sessions(said: str) -> bool:
    """The server runs, and has none: then it lists no panes and no clients."""
    return said == "no current target\n"


def no_pane(said: str) -> bool:
    """There is no pane of that id, also on a server that has lost its last session."""
    return "\ncan't find pane: " in f"\n{said}" or "\nno current target\n" in f"\n{said}\n"
