"""Have a client that tmux sent to another session show a view of that one, without its user noticing anything.

All of it is one step for the server, as long as nothing waits, and who went on meanwhile stays where they are: that the
client is still there, and sees that window, is asked beside the switch. On the way the client is for that step on the
session that it came from: tmux keeps one session as the last one (`prefix L`), and else it would be the one on which
nobody is to be.
"""

from __future__ import annotations

import os

from viewsync.tmux import guarded_join
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules import idle
from viewsync.tmux.rules.language import both, equal, if_existing, if_session, literal, quoted, same_server
from viewsync.tmux.rules.model import AWAY, CLIENTS, ENDS_ALONE, KEPT_UNATTACHED, NOT_QUARANTINED
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.guarded_join import NewView
    from viewsync.tmux.rules.model import Server, TmuxSession
    from viewsync.tmux.server import Tmux


_EVENT = "client-session-changed"


class ToView(NamedTuple):
    client: str  # its terminal
    sizes: bool  # windows that it shows are as large as its terminal
    on: TmuxSession  # where it is, with the window that it sees
    last: str  # the id of the session that it came from, "" for none
    quiet: bool  # no hook of that session's own hears of who comes
    own: TmuxSession | None  # the view that it is to show, or
    new: NewView | None  # the one to be made
    may_end: bool  # the session that it is on, when nobody is on it any more


def switch(tmux: Tmux, server: Server, wanted: Sequence[ToView]) -> list[bool]:
    """For each whether it was done: it is not where somebody did something else meanwhile."""
    lines = [_line(server, index, to_view) for index, to_view in enumerate(wanted)]
    done = tmux.run(server.socket, "source-file", "-", stdin="".join(f"{line}\n" for line in lines))
    said = [line.split(" ", 2) for line in done.out.split("\n")]
    moved = {int(words[1]) for words in said if words[0] == "moved"}
    clients = {to_view.client for index, to_view in enumerate(wanted) if index in moved}
    keys = [words[1:] for words in said if words[0] == "keys" and words[1] in clients]
    if began := {client: table for client, *told in keys for table in told if table}:
        _give_back(tmux, server, began)
    return [index in moved for index in range(len(wanted))]


def _line(server: Server, index: int, wanted: ToView) -> str:
    there = [
        same_server(server),
        equal("session_name", wanted.on.name),
        equal("window_id", wanted.on.window),
        f"#{{m:* {literal(wanted.client)} *, {CLIENTS} }}",
    ]
    if not wanted.may_end:
        there.append(KEPT_UNATTACHED)
    still = both(*there)
    show = _to_own(index, wanted, still) if wanted.own else _to_new(index, wanted, still)
    text = if_session(wanted.on.id, still, show, "")
    return tmux_views.quietly(text, f"switch-{server.pid}{index}{os.getpid()}", wanted.on.id, server.version)


def _to_new(index: int, wanted: ToView, still: str) -> str:
    assert wanted.new
    name = wanted.new.name
    go = if_session(wanted.on.id, still, _go(index, wanted, f"={name}"), "")
    made = f"if-shell -F -t '={name}:' {quoted(equal('session_name', name))} {{ {go} }}"
    return guarded_join.command(wanted.new, detached=True, then=made)


def _to_own(index: int, wanted: ToView, still: str) -> str:
    assert wanted.own
    view, name = wanted.own.id, wanted.own.name
    free = both(equal("session_name", name), idle.UNATTACHED, NOT_QUARANTINED)
    go = if_session(wanted.on.id, still, _go(index, wanted, view), "")
    seen = guarded_join.select(view, wanted.on.window)
    return if_session(view, free, f"{seen} ; {if_session(view, free, go, '')}", "")


def _go(index: int, wanted: ToView, view: str) -> str:
    """tmux forgets what the client has typed of a key sequence, so that is said before."""
    client = quoted(wanted.client)
    busy = "#{?#{!=:#{client_key_table},#{key-table}},#{client_key_table},}"
    words = [f"list-clients -t '{wanted.on.id}' -F 'keys #{{client_tty}} {busy}'"]
    if wanted.last:
        words.append(if_session(wanted.last, "1", _by_last(wanted, client), ""))
    words += [f"switch-client -c {client} -t '{view}:'", f"display-message -p 'moved {index}'"]
    return " ; ".join(words)


def _by_last(wanted: ToView, client: str) -> str:
    """Nobody is to hear of it, and no window to change its size: of those there others see some."""
    words = [f"switch-client -c {client} -t '{wanted.last}:'"]
    if wanted.sizes:
        words = [f"refresh-client -t {client} -f ignore-size", *words, f"refresh-client -t {client} -f '!ignore-size'"]
    if wanted.quiet:
        words.insert(0, f"set-hook -t '{wanted.last}:' {_EVENT} 'set-hook -u {_EVENT}'")
    return " ; ".join(words)


def hears(tmux: Tmux, server: Server, session: str) -> bool:
    """Whether a hook of its own hears of who comes to that session; so, too, where nobody can tell."""
    done = tmux.run(server.socket, "show-hooks", "-t", f"{session}:")
    return bool(done.code) or any(line.startswith(_EVENT) for line in done.out.split("\n"))


def _give_back(tmux: Tmux, server: Server, began: dict[str, str]) -> None:
    """What they had typed in between."""
    lines = (f"switch-client -c {quoted(client)} -T {quoted(table)}\n" for client, table in began.items())
    tmux.run(server.socket, "source-file", "-", stdin="".join(lines))


def note_away(tmux: Tmux, server: Server, left: Sequence[tuple[str, str, bool]]) -> None:
    """Of these views, by their ids: the terminal whose client left them, "" for none, and whether the server may end
    them alone when that client is gone.
    """
    same = same_server(server)
    lines = []
    for session, terminal, alone in left:
        if terminal:
            mark = f"set-option -t '{session}:' {AWAY} {quoted(terminal)}"
            ends = f" ; set-option -F -t '{session}:' {ENDS_ALONE} '#{{session_id}}'" if alone else ""
            lines.append(if_existing(session, both(same, idle.UNATTACHED), mark + ends, ""))
        else:
            lines.append(if_existing(session, same, f"set-option -u -t '{session}:' {AWAY}", ""))
    tmux.run(server.socket, "source-file", "-", stdin="".join(f"{line}\n" for line in lines))
