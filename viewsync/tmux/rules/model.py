"""The nouns that rules and those who do share. NamedTuples: a hot verb cannot pay for dataclasses."""

from __future__ import annotations

from viewsync.typed import NamedTuple

KEEP = "keep"
END = "end"
PROMOTE = "promote"

# What a session is to us, in formats. tmux looks an option up in the server, the windows and all sessions, too, so the
# value of a mark is the id of the very session that it was set on: inherited, it proves nothing for any other one. For
# that one the name has to be a view's as well, since nobody inherits a name.
VIEW = "@viewsync_view"
OWN_MARK = f"#{{==:#{{{VIEW}}},#{{session_id}}}}"
NAMED_AS_VIEW = "#{m:*-view-[0-9]*-[0-9]*,#{session_name}}"
MARKED = f"#{{&&:{OWN_MARK},{NAMED_AS_VIEW}}}"
MARK_STATE = f"#{{?{MARKED},1,#{{?{OWN_MARK},2,#{{?#{{==:#{{{VIEW}}},1}},3,0}}}}}}"  # 3: as versions before wrote it
# No clean-up may end it. Its value is the session's id, too; an odd one keeps the session as well: when unsure, keep.
QUARANTINE = "@viewsync_quarantine"
NOT_QUARANTINED = f"#{{==:#{{{QUARANTINE}}},}}"
PARENT = "@viewsync_parent"  # its name
PARENT_ID = "@viewsync_parent_id"
LEASE = "@viewsync_lease"
PIN = "@viewsync_pin"
# The server may end the view without asking us: nothing that only we know can keep it once its client is gone. Its
# value is the session's id, too.
ENDS_ALONE = "@viewsync_ends_alone"
# A tab got the view, and no row says so yet: there is something to do for us. The session's id.
OPENING = "@viewsync_opening"
# A tab left the view for another session, and may come back: the terminal that its client is on.
AWAY = "@viewsync_away"
NOW = "#{T;l:%s}"  # the epoch second
# The names of a session's clients, suspended and locked ones included. As a rule they are their terminals.
CLIENTS = "#{s/,/ /:session_attached_list}"
# tmux does not end the session when nobody is on it any more: as 3.2 and 3.3 say it, and later ones.
KEPT_UNATTACHED = "#{||:#{==:#{destroy-unattached},off},#{==:#{destroy-unattached},0}}"
ENDED = "@viewsync_ended"  # of the server: what it ended by itself since we last looked, "$7=name=@5=epoch " each


class Server(NamedTuple):
    """One tmux server. The socket path alone is not enough: the next server reuses it."""

    socket: str
    pid: int
    start: int  # epoch seconds
    version: str  # as `#{version}` says it: "3.3a", "next-3.8"

    @property
    def identity(self) -> str:
        """ "pid.start": what rows, leases and the history know it by."""
        return f"{self.pid}.{self.start}"

    @property
    def is_of_this_host(self) -> bool:
        """What has no path here is another host's (tmux/far_server.py)."""
        return self.socket[:1] == "/"

    @property
    def pid_here(self) -> int:
        """For who looks it up; 0 where it would be somebody else's."""
        return self.pid if self.is_of_this_host else 0


class TmuxSession(NamedTuple):
    """One row of an inventory, as the server told it."""

    id: str  # "$7"; never reused while the server lives
    name: str
    group: str  # the group's name, "" when in none; it need not be any session's name
    group_size: int  # 0 when in no group
    created: int  # epoch seconds
    last_attached: int  # epoch seconds, 0 when never; tmux does not change it on detach
    attached: int  # clients, without suspended and locked ones
    clients: bool  # anyone at all in session_attached_list, suspended and locked ones included
    marked: bool  # carries our mark, with its own id, and is named as a view
    marked_parent: str  # @viewsync_parent
    pinned: bool
    lease: float  # epoch seconds until which somebody has reserved it, 0 when nobody
    window: str  # "@5", its current window
    windows: int
    renamed: bool = False  # carries our mark, with its own id, and is not named as a view any more
    old_mark: bool = False  # carries the mark of the versions before, which proves nothing alone
    quarantined: bool = False  # in tmux
    ends_alone: bool = False  # the server may end it without asking us
    opening: bool = False  # a tab got it, and nobody has taken note
    away: str = ""  # the terminal whose client left it for another session, and may come back
    on: tuple[str, ...] = ()  # the names of all clients on it, as a rule their terminals, suspended ones included
    kept_unattached: bool = True  # tmux does not end it when nobody is on it (destroy-unattached)
    leased_for: float = 0.0  # seconds that the lease was to last when it was made


class Misnamed(NamedTuple):
    """A view that does not sort behind those of its group that came before it, and the name by which it does."""

    id: str
    name: str
    new: str


class Client(NamedTuple):
    """`start`, and the owner of its terminal with its start, as the system has them: 0 where they are not known."""

    pid: int
    tty: str
    session: str  # "$7"
    start: float = 0.0
    leader: int = 0
    leader_start: float = 0.0
    last: str = ""  # the name of the session that it was on before
    busy: bool = False  # in the midst of a key sequence, suspended or locked
    sizes: bool = False  # windows that it shows are as large as its terminal


class Inventory(NamedTuple):
    """Everything one server said in one call. `complete` is False when any line was not understood."""

    server: Server
    sessions: tuple[TmuxSession, ...]
    clients: tuple[Client, ...]
    hooks: tuple[str, ...]  # the text in each of our slots (hooks.EVENTS) that is filled
    complete: bool
    ended: str = ""  # what ENDED says, but for what cannot be of our making

    @property
    def doubt(self) -> str:
        """Why nothing may end on the strength of it, "" when it is whole."""
        return "" if self.complete else f"{self.server.socket}: tmux's answer could not be read in full"


class Pane(NamedTuple):
    """One pane as one session shows it: a window that several sessions share comes once with each."""

    session: str  # "$7"
    session_name: str
    window: str  # "@5"
    window_index: int
    window_name: str
    window_active: bool  # the session's current window
    id: str  # "%9"
    pane_index: int
    active: bool  # the window's current pane
    dead: bool  # its program ended, and remain-on-exit keeps it
    pid: int  # of the program that it was started with
    base: int  # the session's base-index
    pane_base: int  # the window's pane-base-index
    attached: bool = False  # anyone at all is on the session, suspended and locked clients included
    marked: bool = False  # the session carries our mark, as in `Session`
    created: int = 0  # the session, in epoch seconds
    group: str = ""  # the name of the session's group, "" when in none
    old_mark: bool = False
    quarantined: bool = False  # the session, in tmux

    @property
    def place(self) -> str:
        """A target that means it, for as long as nothing is renamed or moved."""
        return f"{self.session_name}:{self.window_index}.{self.pane_index}"


class Panes(NamedTuple):
    """All panes of one server, read in one call. `complete` is False when any line was not understood."""

    server: Server
    panes: tuple[Pane, ...]
    complete: bool


class Verdict(NamedTuple):
    socket: str
    id: str
    session: str
    action: str  # KEEP, END or PROMOTE
    reason: str
    parent: str  # the name that a promoted session gets
