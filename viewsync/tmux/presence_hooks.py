"""What viewsync says so that tmux tells when the first client comes to a project session, and when the last one leaves.

Neither hook can be a session's own, since that would stand for those that all have, the user's and ours. And in
`client-detached` no format tells which session was left. So both stand at an index of their own among the hooks of all
sessions, and the server keeps the ids of the watched sessions that somebody is on: one that nobody is on any more when
a client detaches was left. To go to another session is not to leave, as that client may come back: such a session is
left when nobody is on the server any more.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.language import both, either, if_session, quoted, same_server
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

DETACHED, CHANGED = hooks.EVENTS
_WATCHED = "@viewsync_watched"  # of a session: its own id, so that one which inherits it is none
# Of the server, ids, each with a space behind it: of those that somebody came to and did not leave, of those that
# somebody is on, and, in the order in which it happened, of what is to be told, each with a sign in front.
_ON, _NOW, _NEWS = "@viewsync_on", "@viewsync_on_now", "@viewsync_visits"
CAME, LEFT = "+", "-"
_RUNNING, _AGAIN = "@viewsync_presence", "@viewsync_more_presence"  # as `hooks.RUNNING`
_RUN = "run-shel"  # tmux takes it for run-shell, and no command-alias is called so

_IS_WATCHED = f"#{{==:#{{{_WATCHED}}},#{{session_id}}}}"
_IS_ON = either("#{session_attached_list}", "#{session_group_attached_list}")  # suspended clients, too
_WAS_ON, _IS_NOW = (f"#{{m:* #{{session_id}} *, #{{{ids}}}}}" for ids in (_ON, _NOW))
_ANYBODY = "#{S:#{?session_attached_list,x,}}"


class Heard(NamedTuple):
    """`server`: "pid.start". `visits`: CAME or LEFT, and of which session, in their order."""

    server: str
    visits: list[tuple[str, str]]


def slot(event: str) -> str:
    return hooks.slot(event, hooks.PRESENCE_INDEX)


def _ids(condition: str, sign: str = "") -> str:
    """Of the watched sessions that meet it."""
    return f"#{{S:#{{?{both(_IS_WATCHED, condition)},{sign}#{{session_id}} ,}}}}"


def text(event: str, caller: str) -> str:
    """What stands in the slot of `event`; where no session is watched any more, it takes itself back."""
    if event == DETACHED:
        gone = both(_WAS_ON, _IS_NOW, f"#{{?{_IS_ON},0,1}}")
        # One that somebody has just come to is told by the other hook, which may run after this one.
        one = _told(_ids(gone, LEFT), _ids(both(_WAS_ON, either(_IS_ON, f"#{{?{_IS_NOW},0,1}}"))), caller)
        all_ = _told(_ids(_WAS_ON, LEFT), "", caller)
        told = f"if-shell -F {quoted(_ANYBODY)} {{ {one} }} {{ {all_} }}"
    else:
        told = _told(_ids(both(_IS_ON, f"#{{?{_WAS_ON},0,1}}"), CAME), _ids(either(_WAS_ON, _IS_ON)), caller)
    return f"if-shell -F {quoted(_ids('1'))} {{ {told} }} {{ {_remove()} }}"


def _told(news: str, on: str, caller: str) -> str:
    keep = f"set-option -sF {_ON} {quoted(on)} ; set-option -sF {_NOW} {quoted(_ids(_IS_ON))}"
    tell = f"set-option -saF {_NEWS} {quoted(news)} ; {keep} ; {_start(caller)}"
    return f"if-shell -F {quoted(news)} {{ {tell} }} {{ {keep} }}"


def _start(caller: str) -> str:
    return hooks.start(_RUNNING, _AGAIN, f"{_RUN} -b {quoted(hooks.presence_command(caller))}")


def _remove() -> str:
    removed = [f"set-hook -gu {quoted(slot(event))}" for event in hooks.EVENTS]
    return " ; ".join([*removed, *(f"set-option -su {name}" for name in (_ON, _NOW, _NEWS))])


def arm(tmux: Tmux, server: Server, session: str, caller: str) -> None:
    """Watch that session, by id, and have the server tell. Again and again is as once."""
    mark = f"set-option -t '{session}:' {_WATCHED} '{session}'"
    _say(tmux, server.socket, [if_session(session, same_server(server), mark, ""), *_set(caller)])


def look(tmux: Tmux, socket: str, caller: str) -> None:
    """See to it that both hooks stand, and tell of who came and left while they did not, or were not called, and of
    what one that was started did not ask for.
    """
    again = f"if-shell -F {quoted(f'#{{{_NEWS}}}')} {{ {_start(caller)} }}"
    _say(tmux, socket, [*_set(caller), text(DETACHED, caller), text(CHANGED, caller), again])


def _set(caller: str) -> list[str]:
    return [f"set-hook -g {quoted(slot(event))} {quoted(text(event, caller))}" for event in hooks.EVENTS]


def take(tmux: Tmux, socket: str) -> Heard:
    """What was told since somebody asked. From here on the server starts the next one of us."""
    words = ["display-message", "-p", f"#{{pid}}.#{{start_time}}|#{{{_NEWS}}}"]
    for name in (_NEWS, _RUNNING, _AGAIN):
        words += [";", "set-option", "-su", name]
    server, _, visits = tmux.ask(socket, *words).strip().partition("|")
    return Heard(server, [(word[0], word[1:]) for word in visits.split() if re.fullmatch(r"[+-]\$\d+", word)])


def installed(tmux: Tmux, socket: str) -> list[str]:
    """What stands in our slots."""
    words = [word for event in hooks.EVENTS for word in ("show-options", "-gqv", slot(event), ";")]
    return tmux.ask(socket, *words[:-1]).splitlines()


def _say(tmux: Tmux, socket: str, lines: list[str]) -> None:
    tmux.run(socket, "source-file", "-", stdin="".join(f"{line}\n" for line in lines))
