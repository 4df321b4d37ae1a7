"""What is on a server at one moment, in tmux's own words, and what a user's action may end of it."""

from __future__ import annotations

from typing import NamedTuple

# Of views we know only what the documents promise: the mark with the session's own id, and the name.
_SESSION = (
    "S #{session_id} #{==:#{@viewsync_view},#{session_id}}"
    " #{||:#{==:#{@viewsync_pin},1},#{==:#{@viewsync_quarantine},#{session_id}}}"
    " #{?session_grouped,#{session_group_size},1} #{session_name}"
)
COMMANDS = (
    f"list-sessions -F '{_SESSION}'\n"
    "list-panes -a -F 'P #{session_id} #{window_id} #{pane_id} #{pane_pid}'\n"
    "list-clients -F 'C #{client_pid} #{session_id} #{client_tty}'\n"
)


class Session(NamedTuple):
    id: str
    name: str
    view: bool  # it carries viewsync's mark
    kept: bool  # pinned, or in quarantine
    sharing: int  # how many are in its group


class Place(NamedTuple):
    """A pane as one session shows it."""

    session: str
    window: str
    pane: str
    pid: int


class Reading(NamedTuple):
    sessions: dict[str, Session]
    places: list[Place]
    clients: dict[int, tuple[str, str]]  # session and terminal, by process id

    @property
    def pids(self) -> set[int]:
        return {place.pid for place in self.places}

    def of(self, session: str) -> list[Place]:
        return [place for place in self.places if place.session == session]

    def views_of(self, session: str) -> set[str]:
        """The views that show a window of it."""
        windows = {place.window for place in self.of(session)}
        return {
            place.session for place in self.places if place.window in windows and self.sessions[place.session].view
        } - {session}

    def held_by(self, sessions: set[str]) -> set[int]:
        """The processes of panes that end with these sessions, since no other one has their windows."""
        elsewhere = {place.window for place in self.places if place.session not in sessions}
        return {place.pid for place in self.places if place.window not in elsewhere}

    def of_window(self, window: str) -> set[int]:
        return {place.pid for place in self.places if place.window == window}


class Ends(NamedTuple):
    """What a user's action may end: processes of panes, and sessions. Nothing else may be missing afterwards."""

    pids: frozenset[int] = frozenset()
    sessions: frozenset[str] = frozenset()


def sessions(reading: Reading, *ids: str) -> Ends:
    return Ends(frozenset(reading.held_by(set(ids))), frozenset(ids))


def moved(reading: Reading, what: str) -> Ends:
    """A session that has nothing but this window or pane ends when it goes elsewhere."""
    others = {place.session for place in reading.places if what not in (place.pane, place.window)}
    return Ends(sessions=frozenset(place.session for place in reading.places if place.session not in others))


def parsed(lines: list[str]) -> Reading:
    found = Reading({}, [], {})
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "S":
            session, view, kept, sharing, name = rest.split(" ", 4)
            found.sessions[session] = Session(session, name, view == "1", kept == "1", int(sharing))
        elif kind == "P":
            place = rest.split(" ")
            found.places.append(Place(place[0], place[1], place[2], int(place[3])))
        elif kind == "C":
            pid, session, tty = rest.split(" ", 2)
            found.clients[int(pid)] = (session, tty)
    return found
