"""End sessions, all of one server's in one call. Each is looked at once more in the very step that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from viewsync.errors import TmuxError
from viewsync.tmux.rules.language import both, equal, if_session, same_server
from viewsync.tmux.server import ServerGone, dies_on_kill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

# Nobody is on it or on another session of its group; suspended and locked clients stand in the lists alone.
_FREE = ("#{==:#{session_attached},0}", "#{==:#{session_attached_list},}", "#{==:#{session_group_attached_list},}")
_ONLY_DEAD = "#{==:#{W:#{P:#{?pane_dead,,x}}},}"


class End(NamedTuple):
    session: str  # "$7"
    name: str
    only_dead: bool  # only while all its panes are dead


def end(tmux: Tmux, server: Server, ends: Sequence[End]) -> list[bool]:
    """For each whether it is ended. One that is in use by now, or is another one, stays, and the rest goes on."""
    lines = [_line(each, index, server) for index, each in enumerate(ends)]
    text = "".join(f"{line}\n" for line in [*lines, "display-message -p 'acted'"])
    try:
        done = tmux.run(server.socket, "source-file", "-", stdin=text)
    except ServerGone:
        return [False] * len(ends)  # whoever ended it, it was not this call: that would have been answered
    said = done.out.split("\n")
    if "acted" not in said:
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or 'no full answer'}")
    return [f"no {index}" not in said for index in range(len(ends))]


def _line(each: End, index: int, server: Server) -> str:
    same = both(same_server(server), equal("session_name", each.name))
    free = both(same, *_FREE, *([_ONLY_DEAD] if each.only_dead else []))
    line = if_session(each.session, free, f"kill-session -t '{each.session}'", f"display-message -p 'no {index}'")
    if not dies_on_kill(server.version):
        return line
    safe = f"set-option -t '{each.session}:' detach-on-destroy on"  # trap E; a step before: it has an after-hook
    return f"{if_session(each.session, same, safe, '')} ; {line}"
