"""End sessions, windows and panes. Nothing else says `kill-session`, `kill-window` or `kill-pane`, or ends anything
else that tmux has.

Each is looked at once more in the very step that ends it. No caller puts a `select-window` before such a step: where
a control client is attached, tmux up to 3.7 ends with all its sessions on the two in one call (trap D).
"""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.tmux.rules.idle import LEASED_AHEAD
from viewsync.tmux.rules.language import both, either, equal, if_session, quoted, same_server
from viewsync.tmux.rules.model import NOT_QUARANTINED
from viewsync.tmux.rules.versions import dies_with_a_session
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.server import Tmux

# Nobody keeps it, and nobody is on it or on another session of its group; suspended and locked clients stand in the
# lists alone.
FREE = (
    NOT_QUARANTINED,
    "#{==:#{session_attached},0}",
    "#{==:#{session_attached_list},}",
    "#{==:#{session_group_attached_list},}",
)
_ONLY_DEAD = "#{==:#{W:#{P:#{?pane_dead,,x}}},}"


class Quarantined(TmuxError):
    """It is kept from every end until `viewsync release`."""

    kind = "quarantined"


class End(NamedTuple):
    session: str  # "$7"
    name: str
    only_dead: bool  # only while all its panes are dead


def command(
    version: str,
    session: str,
    condition: str,
    otherwise: str,
    check: Callable[[str, str, str, str], str] = if_session,
    then: str = "",
) -> str:
    """What ends the session, by its id, where it meets `condition`. `check`: `if_existing` for one with a time in it.
    `then`: what is to be done where it ended.

    Trap E: 3.7 to 3.7b end with all their sessions when one goes whose `detach-on-destroy` is previous or next. It
    gets another one in a step before, and not in the same, since set-option has an after-hook that could come between.
    """
    kill = f"kill-session -t '{session}'"
    end = check(session, condition, f"{kill} ; {then}" if then else kill, otherwise)
    if not dies_with_a_session(version):
        return end
    return f"{check(session, condition, _harmless(session), '')} ; {end}"


def end(tmux: Tmux, server: Server, ends: Sequence[End]) -> list[bool]:
    """For each whether it is ended. One that is in use by now, or is another one, stays, and the rest goes on."""
    lines = [_line(end, index, server) for index, end in enumerate(ends)]
    try:
        said = _say(tmux, server, lines)
    except ServerGone:
        return [False] * len(ends)  # whoever ended it, it was not this call: that would have been answered
    return [f"no {index}" not in said for index in range(len(ends))]


def _line(each: End, index: int, server: Server) -> str:
    same = both(same_server(server), equal("session_name", each.name))
    free = both(same, *FREE, *([_ONLY_DEAD] if each.only_dead else []))
    return command(server.version, each.session, free, f"display-message -p 'no {index}'")


def keeps(tmux: Tmux, server: Server, ends: Sequence[End], *, in_use: bool) -> str:
    """The name of the first that is to stay, "" for none: asked of all before the first one ends. Nobody is on any of
    them, unless `in_use`.
    """
    free = both(*FREE[:1] if in_use else FREE)
    lines = [
        if_session(wanted.session, both(same_server(server), free), "", _stays(server, wanted.session, at))
        for at, wanted in enumerate(ends)
    ]
    try:
        said = _say(tmux, server, lines)
    except ServerGone:
        return ""
    return next((wanted.name for at, wanted in enumerate(ends) if f"kept {at}" in said), "")


def kill(tmux: Tmux, server: Server, session: str) -> bool:
    """End the session with that id, whoever is on it, if it is still that server's. False when it is gone; Quarantined
    when it is to be kept.
    """
    same = same_server(server)
    otherwise = if_session(session, same, "display-message -p kept", "display-message -p missed")
    text = command(server.version, session, both(same, NOT_QUARANTINED), otherwise)
    try:
        said = tmux.ask(server.socket, "if-shell", "-F", "1", text).split()
    except ServerGone:
        return True  # it was the last one, and the server ended with it
    if "kept" in said:
        raise Quarantined("it is quarantined: `viewsync release` ends that")
    return "missed" not in said


def kill_panes(tmux: Tmux, server: Server, panes: Mapping[str, Sequence[str]]) -> list[str]:
    """End those panes, by their ids, each with the ids of the sessions that show it; the ids of those that are gone
    now. With its last pane a window goes, and with its last window a session. Quarantined when one is to be kept;
    ServerGone when the server went with the last one.
    """
    same, lines = same_server(server), []
    last = quoted(both("#{==:#{session_windows},1}", "#{==:#{window_panes},1}"))
    for at, (pane, sessions) in enumerate(panes.items()):
        there = both(equal("pane_id", pane), same)
        end = f"display-message -p 'done {at}' ; kill-pane -t '{pane}'"
        if dies_with_a_session(server.version):
            first = [f"if-shell -F -t '{session}:' {last} {{ {_harmless(session)} }}" for session in sessions]
            end = " ; ".join([*first, end])
        kept = f"if-shell -F -t '{pane}' {quoted(there)} {{ display-message -p kept }}"
        lines.append(f"if-shell -F -t '{pane}' {quoted(both(there, NOT_QUARANTINED))} {{ {end} }} {{ {kept} }}")
    text = "".join(f"{line}\n" for line in [*lines, "display-message -p 'acted'"])
    answer = tmux.run(server.socket, "source-file", "-", stdin=text)
    said = answer.out.split("\n")
    if "kept" in said:
        raise Quarantined("its session is quarantined: `viewsync release` ends that")
    if "acted" not in said:
        raise TmuxError(f"tmux on {server.socket}: {answer.err.strip() or 'no full answer'}")
    return [pane for at, pane in enumerate(panes) if f"done {at}" in said]


class Group(NamedTuple):
    """A session with the views that show its windows. `others`: how many sessions of its group are not to end."""

    session: str
    name: str
    views: Sequence[tuple[str, str]]  # ids and names
    others: int
    free: bool  # only while nobody is on any of it


def end_group(tmux: Tmux, server: Server, group: Group, now: float, *, in_use: bool) -> str:
    """End the views, and the session once they are gone, where nothing of it is to stay: "" when it is ended, else the
    name of what keeps it. Nothing ends before all was looked at, in the server and in the same step.

    A view stays that somebody is on, unless `in_use`, or that is pinned, reserved or quarantined; ServerGone when it
    all went with the server.
    """
    free = _free(now, in_use=in_use)
    lines = []
    for at, (view, name) in enumerate(group.views):
        lines.append(command(server.version, view, _same(server, name, free), _stays(server, view, at)))
    lines.append(command(server.version, group.session, _alone(server, group, 0), _SESSION))
    kept = _kept(server, group, free)
    nothing = both(same_server(server), _nothing_keeps(server, group, free))
    said = _say(tmux, server, [f"if-shell -F {quoted(nothing)} {{ {' ; '.join(lines)} }} {{ {' ; '.join(kept)} }}"])
    return _keeping(said, group)


def keeps_group(tmux: Tmux, server: Server, group: Group, now: float, *, in_use: bool) -> str:
    """The name of what would keep it from its end, "" for nothing."""
    try:
        return _keeping(_say(tmux, server, _kept(server, group, _free(now, in_use=in_use))[:-1]), group)
    except ServerGone:
        return ""


_SESSION = "display-message -p 'kept session'"


def _free(now: float, *, in_use: bool) -> str:
    """Nothing keeps a view."""
    idle = () if in_use else ("#{==:#{session_attached},0}", "#{==:#{session_attached_list},}")
    not_leased = either(f"#{{<:#{{@viewsync_lease}},{int(now)}}}", LEASED_AHEAD)
    return both(NOT_QUARANTINED, "#{!=:#{@viewsync_pin},1}", not_leased, *idle)


def _same(server: Server, name: str, condition: str) -> str:
    return both(same_server(server), equal("session_name", name), condition)


def _alone(server: Server, group: Group, views: int) -> str:
    """Nothing keeps the session, and nobody has joined its group, in which so many views are left."""
    size = f"#{{e|<=|:#{{session_group_size}},{group.others + 1 + views}}}"
    free = FREE if group.free else FREE[:1]
    return both(same_server(server), *free, either("#{!=:#{session_grouped},1}", size))


def _kept(server: Server, group: Group, free: str) -> list[str]:
    """What says which of them are to stay; the last one that something is."""
    views = [
        if_session(view, _same(server, name, free), "", _stays(server, view, at))
        for at, (view, name) in enumerate(group.views)
    ]
    return [*views, if_session(group.session, _alone(server, group, len(group.views)), "", _SESSION), _SESSION]


def _stays(server: Server, view: str, at: int) -> str:
    return if_session(view, same_server(server), f"display-message -p 'kept {at}'", "")  # one that ended keeps nothing


def _nothing_keeps(server: Server, group: Group, free: str) -> str:
    """In one format, whose parts are short: it is made for each session. Cut off, it is not true."""
    itself = f"#{{?{equal('session_id', group.session)},#{{?{_alone(server, group, len(group.views))},,x}},}}"
    ids = "".join(f"|{view}" for view, _ in group.views)
    named = "0"
    for view, name in group.views:
        named = f"#{{?{equal('session_id', view)},{equal('session_name', name)},{named}}}"
    of_view = f"#{{?#{{m:*|#{{session_id}}|*,{ids}|}},#{{?{both(named, free)},,x}},{itself}}}"
    return f"#{{==:#{{S:{of_view}}}#{{?pid,.,}},.}}"


def _say(tmux: Tmux, server: Server, lines: Sequence[str]) -> list[str]:
    """What the commands said. ServerGone when it went with them."""
    text = "".join(f"{line}\n" for line in [*lines, "display-message -p 'acted'"])
    done = tmux.run(server.socket, "source-file", "-", stdin=text)
    said = done.out.split("\n")
    if "acted" not in said:
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or 'no full answer'}")
    return said


def _keeping(said: Sequence[str], group: Group) -> str:
    stay = [name for at, (_, name) in enumerate(group.views) if f"kept {at}" in said]
    return stay[0] if stay else group.name if "kept session" in said else ""


def window_command(window: str, condition: str, then: str) -> str:
    """What ends a window, by its id, where it meets `condition` and is not the last one: with that the session goes.
    `then` is a command.
    """
    meant = both(equal("window_id", window), "#{!=:#{session_windows},1}", condition)
    return f"if-shell -F -t {window} {quoted(meant)} {{ kill-window -t {window} ; {then} }}"


def _harmless(session: str) -> str:
    return f"set-option -t '{session}:' detach-on-destroy on"
