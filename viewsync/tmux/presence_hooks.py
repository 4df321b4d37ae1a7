"""What viewsync says so that tmux tells when the first client comes to a project session, and when the last one leaves.

Neither hook can be a session's own, since that would stand for those that all have, the user's and ours. And in
`client-detached` no format tells which session was left. So both stand at an index of their own among the hooks of all
sessions, and the server keeps the ids of the watched sessions that somebody is on: one that nobody is on any more when
a client detaches was left. To go to another session is not to leave, as that client may come back: such a session is
left when nobody is on the server any more.

What is told to one state folder is nothing to another, which knows none of those sessions: each has options and an
index of its own.
"""

from __future__ import annotations

import os
import zlib

from viewsync.light import re
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.language import both, either, if_session, quoted, same_server
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

DETACHED, CHANGED = hooks.EVENTS
_MARK = "@viewsync_watched"
_OF_SERVER = (
    *("@viewsync_on", "@viewsync_on_now", "@viewsync_visits"),
    *("@viewsync_presence", "@viewsync_more_presence"),
)
_INDEXES = 100_000
CAME, LEFT = "+", "-"

_IS_ON = either("#{session_attached_list}", "#{session_group_attached_list}")  # suspended clients, too
_ANYBODY = "#{S:#{?session_attached_list,x,}}"


class Watch(NamedTuple):
    """What one state folder has in a server. `caller`: the words that start viewsync for it."""

    caller: str
    place: int  # of its hooks among those of all sessions
    watched: str  # of a session: its own id, so that one which inherits it is none
    # Of the server, ids, each with a space behind it: of those that somebody came to and did not leave, of those that
    # somebody is on, and, in the order in which it happened, of what is to be told, each with a sign in front.
    on: str
    now: str
    news: str
    running: str  # as `hooks.RUNNING`
    again: str

    @property
    def is_watched(self) -> str:
        return f"#{{==:#{{{self.watched}}},#{{session_id}}}}"

    @property
    def was_on(self) -> str:
        return f"#{{m:* #{{session_id}} *, #{{{self.on}}}}}"

    @property
    def is_now(self) -> str:
        return f"#{{m:* #{{session_id}} *, #{{{self.now}}}}}"

    def slot(self, event: str) -> str:
        return hooks.slot(event, self.place)

    def ids(self, condition: str, sign: str = "") -> str:
        """Of the watched sessions that meet it."""
        return f"#{{S:#{{?{both(self.is_watched, condition)},{sign}#{{session_id}} ,}}}}"


def watch(caller: str, folder: str) -> Watch:
    """`folder`: that of the state."""
    number = zlib.crc32(os.fsencode(folder))
    names = (f"{name}_{number:08x}" for name in (_MARK, *_OF_SERVER))
    return Watch(caller, hooks.PRESENCE_INDEX + number % _INDEXES, *names)


class Heard(NamedTuple):
    """`server`: "pid.start". `visits`: CAME or LEFT, and of which session, in their order."""

    server: str
    visits: list[tuple[str, str]]


def text(event: str, own: Watch) -> str:
    """What stands in the slot of `event`; where no session is watched any more, it takes itself back."""
    if event == DETACHED:
        gone = both(own.was_on, own.is_now, f"#{{?{_IS_ON},0,1}}")
        # One that somebody has just come to is told by the other hook, which may run after this one.
        stay = own.ids(both(own.was_on, either(_IS_ON, f"#{{?{own.is_now},0,1}}")))
        one, all_ = _told(own, own.ids(gone, LEFT), stay), _told(own, own.ids(own.was_on, LEFT), "")
        told = f"if-shell -F {quoted(_ANYBODY)} {{ {one} }} {{ {all_} }}"
    else:
        came = own.ids(both(_IS_ON, f"#{{?{own.was_on},0,1}}"), CAME)
        told = _told(own, came, own.ids(either(own.was_on, _IS_ON)))
    return f"if-shell -F {quoted(own.ids('1'))} {{ {told} }} {{ {_remove(own)} }}"


def _told(own: Watch, news: str, on: str) -> str:
    keep = f"set-option -sF {own.on} {quoted(on)} ; set-option -sF {own.now} {quoted(own.ids(_IS_ON))}"
    tell = f"set-option -saF {own.news} {quoted(news)} ; {keep} ; {_start(own)}"
    return f"if-shell -F {quoted(news)} {{ {tell} }} {{ {keep} }}"


def _start(own: Watch) -> str:
    return hooks.start(own.running, own.again, hooks.beside(hooks.presence_command(own.caller)))


def _remove(own: Watch) -> str:
    removed = [f"set-hook -gu {quoted(own.slot(event))}" for event in hooks.EVENTS]
    return " ; ".join([*removed, *(f"set-option -su {name}" for name in (own.on, own.now, own.news))])


def arm(tmux: Tmux, server: Server, session: str, own: Watch) -> None:
    """Watch that session, by id, and have the server tell. Again and again is as once."""
    _say(tmux, server.socket, [_mark(server, session, own), *_set(own)])


def look(tmux: Tmux, server: Server, sessions: Sequence[str], own: Watch) -> None:
    """See to it that these are watched and both hooks stand, and tell of who came and left while they did not, or were
    not called, and of what one that was started did not ask for.
    """
    again = f"if-shell -F {quoted(f'#{{{own.news}}}')} {{ {_start(own)} }}"
    marks = [_mark(server, session, own) for session in sessions]
    _say(tmux, server.socket, [*marks, *_set(own), text(DETACHED, own), text(CHANGED, own), again])


def _mark(server: Server, session: str, own: Watch) -> str:
    mark = f"set-option -t '{session}:' {own.watched} '{session}'"
    return if_session(session, same_server(server), mark, "")


def _set(own: Watch) -> list[str]:
    return [f"set-hook -g {quoted(own.slot(event))} {quoted(text(event, own))}" for event in hooks.EVENTS]


def take(tmux: Tmux, socket: str, own: Watch) -> Heard:
    """What was told since somebody asked. From here on the server starts the next one of us."""
    words = ["display-message", "-p", f"#{{pid}}.#{{start_time}}|#{{{own.news}}}"]
    for name in (own.news, own.running, own.again):
        words += [";", "set-option", "-su", name]
    server, _, visits = tmux.ask(socket, *words).strip().partition("|")
    return Heard(server, [(word[0], word[1:]) for word in visits.split() if re.fullmatch(r"[+-]\$\d+", word)])


def slots(tmux: Tmux, socket: str) -> list[str]:
    """Where such hooks stand, whichever state folder they are for."""
    words = [word for event in hooks.EVENTS for word in ("show-hooks", "-g", event, ";")]
    lines = tmux.ask(socket, *words[:-1]).splitlines()
    return [place for place, _, said in (line.partition(" ") for line in lines) if _MARK in said]


def _say(tmux: Tmux, socket: str, lines: list[str]) -> None:
    tmux.run(socket, "source-file", "-", stdin="".join(f"{line}\n" for line in lines))
