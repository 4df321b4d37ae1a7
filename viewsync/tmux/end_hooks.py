"""What viewsync says so that tmux tells of the end of sessions that have cleanup steps."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.light import re
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.language import if_session, quoted, same_server
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

_COUNT = f"#{{S:#{{?{hooks.MARK},x,}}}}"
_ALL_THERE = f"#{{==:{_COUNT}#{{?pid,.,}},#{{{hooks.MARKED}}}.}}"  # cut off, it is not true
_RECOUNT = f"set-option -sF {hooks.MARKED} {quoted(_COUNT)}"
_ASK = "{} {} {} {} {}".format(*map(quoted, hooks.ask(hooks.TELLING, hooks.TOLD_MORE)))
GONE = "gone"
_REMOVE = f"set-hook -gu {quoted(hooks.slot(hooks.ENDED))} ; set-option -su {hooks.MARKED}"


def text(caller: str) -> str:
    """What stands in the slot of `ENDED`: it starts us only when a session with cleanup steps is among those that went,
    and one of us at a time.

    When the last session ends, and with it the server, what `run-shell -b` starts is ended before it runs (seen on 3.3a
    in half of all cases); for if-shell's own shell the server waits. It does not wait for what its queue has after that
    shell, so the queue goes on (-b): else the end that follows another one at once, and is the last, was never told.
    One that cannot be started holds up nobody.
    """
    run = f"if-shell -b {quoted(hooks.ended_command(caller))} '' 'set-option -su {hooks.TELLING}'"
    start = hooks.start(hooks.TELLING, hooks.TOLD_MORE, run)
    return f"if-shell -F {quoted(_ALL_THERE)} '' {{ {start} }}"


def arm(tmux: Tmux, server: Server, sessions: Sequence[str], caller: str) -> list[str]:
    """Mark those sessions, by id, and have their end told; the ids of their windows. Again and again is as once."""
    windows = "list-windows -t '{0}:' -F '#{{window_id}}'"
    marks = [
        _in(server, session, f"set-option -t '{session}:' {hooks.MARK} 1 ; {windows.format(session)}")
        for session in sessions
    ]
    hook = f"set-hook -g {quoted(hooks.slot(hooks.ENDED))} {quoted(text(caller))}"
    return [line for line in _say(tmux, server.socket, [*marks, _RECOUNT, hook]) if re.fullmatch(r"@\d+", line)]


def disarm(tmux: Tmux, server: Server, session: str) -> None:
    """Before we end it ourselves."""
    _say(tmux, server.socket, [_in(server, session, f"set-option -u -t '{session}:' {hooks.MARK}"), _RECOUNT])


def settle(tmux: Tmux, socket: str) -> str:
    """After the ends that were told: count anew, and without any such session take our hook back.

    `hooks.MORE` where others ended meanwhile; GONE where the server did, and could tell nobody.
    """
    remove = f"if-shell -F '#{{{hooks.MARKED}}}' '' {{ {_REMOVE} }}"
    said = _say(tmux, socket, [_RECOUNT, remove, _ASK])  # counted before it lets go: what ends in between is told
    return hooks.MORE if hooks.MORE in said else "" if said else GONE


def installed(tmux: Tmux, socket: str) -> str:
    """What stands in our slot, "" when nothing does."""
    return tmux.ask(socket, "show-options", "-gqv", hooks.slot(hooks.ENDED)).strip()


def _in(server: Server, session: str, command: str) -> str:
    same = same_server(server)
    return if_session(session, same, command, "")


def _say(tmux: Tmux, socket: str, lines: Sequence[str]) -> list[str]:
    """What was answered. Each line stands alone: a session that is gone by now does not stop the others."""
    text = "".join(f"{line}\n" for line in [*lines, "display-message -p 'acted'"])
    try:
        done = tmux.run(socket, "source-file", "-", stdin=text)
    except ServerGone:
        return []
    said = done.out.split("\n")
    if "acted" not in said:
        raise TmuxError(f"tmux on {socket}: {done.err.strip() or 'no full answer'}")
    return said
