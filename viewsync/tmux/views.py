"""What viewsync says to change a tmux server. Each act checks, in the server and in the same step, that it may.

All targets are ids, or names of viewsync's own making. Between an `if-shell -F` and the first command of its
branch nothing can run: no other client, and no user's hook, since if-shell, has-session, kill-session and
attach-session have none (facts/tmux.md section 4). So a check and its kill, and a check and its attach, are one.
"""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.tmux import guarded_join
from viewsync.tmux.rules import hooks, idle, language
from viewsync.tmux.rules.language import both, either, equal, if_existing, if_session, quoted, same_server
from viewsync.tmux.rules.model import (
    AWAY,
    END,
    ENDED,
    ENDS_ALONE,
    LEASE,
    MARKED,
    NOT_QUARANTINED,
    OPENING,
    PARENT,
    PARENT_ID,
    PIN,
    PROMOTE,
    VIEW,
)
from viewsync.tmux.rules.versions import runs_options
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from viewsync.tmux.guarded_join import NewView
    from viewsync.tmux.rules.model import Server, TmuxSession, Verdict
    from viewsync.tmux.server import Tmux

MARKS = (VIEW, PARENT, PARENT_ID, LEASE, PIN, ENDS_ALONE, OPENING, AWAY)


def _idle(name: str, now: float) -> str:
    """Nobody is on it, suspended and locked clients included, nobody has reserved it, keeps it or may come back to it,
    and it is the one meant.
    """
    return both(_unused(name), _not_leased(now), idle.NOT_AWAY)


def _unused(name: str) -> str:
    return both(equal("session_name", name), idle.UNATTACHED, NOT_QUARANTINED)


def _not_leased(now: float) -> str:
    return f"#{{<:#{{{LEASE}}},{int(now)}}}"


def _endable(name: str, now: float) -> str:
    """Idle; or with a lease that was made when the clock was ahead, since the verdict knows more of it."""
    return both(_unused(name), either(_not_leased(now), idle.LEASED_AHEAD))


def _killable(name: str, now: float, grace: float) -> str:
    """Idle, not waiting for its first client, and others hold its windows."""
    return both(_endable(name, now), idle.NOT_PINNED, _settled(now, grace), idle.SHARED)


def _promotable(name: str, now: float, grace: float) -> str:
    """Idle, settled, and nobody else holds its windows."""
    alone = either("#{!=:#{session_grouped},1}", "#{==:#{session_group_size},1}")
    return both(_endable(name, now), _settled(now, grace), alone)


def _settled(now: float, grace: float) -> str:
    old = f"#{{<:#{{session_created}},{int(now - grace) + 1}}}"
    return either(idle.ATTACHED_ONCE, either(old, idle.MADE_AHEAD))


def act(
    tmux: Tmux,
    server: Server,
    verdicts: Sequence[Verdict],
    now: float,
    grace: float,
    by_mark: Container[str] = (),
    *,
    alone: bool = False,
) -> list[bool]:
    """End and promote, in one call for all; for each verdict whether it was carried out. `by_mark`: the ids of those
    that only their mark shows to be ours, so that it is asked for once more. `alone`: only what the server would end by
    itself, since all that keeps a view is known to it.

    The commands go in through stdin, where each line stands alone: a view that somebody attached to meanwhile,
    or that is gone, says so and the rest goes on. A server that is another one than was read does nothing.
    """
    text = script(server, verdicts, now, grace, by_mark, alone=alone)
    done = tmux.run(server.socket, "source-file", "-", stdin=text + "display-message -p 'acted'\n")
    said = done.out.split("\n")
    if "acted" not in said:
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or 'no full answer'}")
    return [_carried_out(verdict, index, said) for index, verdict in enumerate(verdicts)]


def script(
    server: Server,
    verdicts: Sequence[Verdict],
    now: float,
    grace: float,
    by_mark: Container[str] = (),
    *,
    alone: bool = False,
) -> str:
    """A line of tmux's command language for each verdict, which checks and acts in one step."""
    same = same_server(server)
    if alone:
        same = both(same, *idle.ALONE.values())
    meant = [both(same, MARKED) if verdict.id in by_mark else same for verdict in verdicts]
    lines = (_line(verdict, index, server, now, grace, meant[index]) for index, verdict in enumerate(verdicts))
    return "".join(f"{line}\n" for line in lines)


def _carried_out(verdict: Verdict, index: int, said: Sequence[str]) -> bool:
    """A rename can be refused, since somebody took the name; a kill that was let pass cannot."""
    return f"yes {index}" in said if verdict.action == PROMOTE else f"no {index}" not in said


def _line(verdict: Verdict, index: int, server: Server, now: float, grace: float, meant: str) -> str:
    missed = f"display-message -p 'no {index}'"
    if verdict.action == END:
        from viewsync.tmux import guarded_kill  # `open` ends nothing

        killable = both(meant, _killable(verdict.session, now, grace))
        return guarded_kill.command(server.version, verdict.id, killable, missed, if_existing)
    if verdict.action == PROMOTE:
        target = f"'{verdict.id}:'"
        rename = f"rename-session -t {target} -- {quoted(language.name(verdict.parent))}"
        unmark = " ; ".join(
            [f"set-option -u -t {target} {mark}" for mark in MARKS]
            + [f"set-hook -u -t {target} {event}" for event in hooks.quiet(server.version)]
        )
        then = f"{rename} ; display-message -p 'yes {index}' ; {unmark}"
        return if_existing(verdict.id, both(meant, _promotable(verdict.session, now, grace)), then, missed)
    raise ValueError(f"nothing to act on: {verdict}")


def attach(
    tmux: Tmux, socket: str, free: Sequence[TmuxSession], new: NewView, caller: str, version: str, now: float
) -> list[str]:
    """The argv that a process becomes to be on a view of its own. `caller` is "" when our hooks stand."""
    return tmux.argv(socket, *_hooked(caller, version), *to_attach(free, new, version, now))


def to_attach(free: Sequence[TmuxSession], new: NewView, version: str, now: float, lease: str = "") -> list[str]:
    """The words by which a client gets a view of its own: the first free one still idle, else a new one.

    The server decides when it attaches, so two tabs never land on one view, and a new view is born attached. `lease`
    ("<expiry>.<seconds>"): when the server ends one whose client went before it was on it, where no sweep of ours does.
    """
    command = _made(new, version, lease)
    for view in reversed(free):
        command = if_session(view.id, _idle(view.name, now), _go(view.id, new), command)
    return ["if-shell", "-F", "1", quietly(command, new.detour, new.origin.session, version)]


def _made(new: NewView, version: str, lease: str) -> str:
    """A new view, and its client on it, as tmux's `client-attached` has to be told."""
    if runs_options(version):
        attach = f"attach-session -t '={new.name}'"
        if lease:  # of a client whose terminal has gone by now no session is taken
            attach = f"{_lent(new.name, lease, version)} ; {attach} ; set-option -u -t '={new.name}:' {LEASE}"
        return guarded_join.command(new, detached=True, then=attach)
    # There somebody's hook may wait before the client is on it, and another one find it free: so it is born attached.
    target, same = f"'={new.name}:'", quoted(equal("session_name", new.name))
    told = f"if-shell -F -t {target} {same} {{ set-hook -R -t {target} client-attached }}"
    return guarded_join.command(new, detached=False, then=told)


def quietly(command: str, word: str, session: str, version: str) -> str:
    """The same as what a hook runs: tmux then calls none that stands after a command, so that no hook of the user's
    acts on the windows that a view shares, or waits in between. 3.2a knows no such way. `word` ends in digits of its
    own; the session is one that has to be there.
    """
    if not runs_options(version):
        return command
    option = f"@viewsync_making_{word.rpartition('-')[2]}"
    text = f"set-option -gu {option} ; {command}"
    # Where there is no session at all, `set-hook -R` can end the server.
    run = f"if-shell -F '#{{session_id}}' {{ set-hook -R {option} }} {{ has-session -t '{session}:' }}"
    return f"set-option -g {option} {quoted(text)} ; {run}"


def from_file(path: str, command: str) -> tuple[str, str]:
    """What stands in a file of ours, and the command that runs it: for what others may not read in a process list.

    The client has read all of it when the first line removes it. Nobody waits for that.
    """
    word = "'" + path.replace("'", "'\\''") + "'"
    gone = quoted(language.unexpanded(f"rm -f -- {word}"))
    return f"run-shell -b {gone}\n{command}\n", language.source_file(path)


def reserve(
    tmux: Tmux,
    socket: str,
    free: Sequence[TmuxSession],
    new: NewView,
    caller: str,
    version: str,
    lease: str,
    now: float,
) -> str:
    """The name of a view that is reserved until `lease` ("<expiry>.<seconds>") for whoever asked. A new one that
    `ends_alone` the server ends then, where nobody is on it.
    """
    lease_it = f"{LEASE} {lease}"
    made = guarded_join.command(new, detached=True)
    lent = _lent(new.name, lease, version) if new.ends_alone else f"set-option -t '={new.name}:' {lease_it}"
    command = f"{made} ; {lent} ; {_say(new.name)}"
    for view in reversed(free):
        target = f"-t '{view.id}:'"
        take = f"set-option {target} {lease_it} ; set-option -u {target} {ENDS_ALONE} ; {_say(view.name)}"
        command = if_session(view.id, _idle(view.name, now), take, command)
    script = f"{quietly(command, new.detour, new.origin.session, version)}\n"
    done = tmux.run(socket, *_hooked(caller, version), "source-file", "-", stdin=script)
    said = [line.removeprefix("view ") for line in done.out.split("\n") if line.startswith("view ")]
    if done.code or not said:
        raise TmuxError(f"tmux on {socket}: {done.err.strip() or 'no view was made'}")
    return said[0]


def _lent(name: str, lease: str, version: str) -> str:
    return f"set-option -t '={name}:' {LEASE} {lease} ; {_over(name, lease, version)}"


def _over(name: str, lease: str, version: str) -> str:
    """What has the server see to a view once its lease is over: it ends, or is one as any other by then."""
    from viewsync.system.rules import far_shell  # for other hosts alone, where no sweep of ours comes by
    from viewsync.tmux import guarded_kill

    def late(session: str) -> str:
        leased = both("#{==:#{pid}.#{start_time},\2}", f"#{{==:#{{{LEASE}}},{lease}}}")
        free = both(MARKED, leased, idle.UNATTACHED, idle.NOT_PINNED, NOT_QUARANTINED, idle.SHARED)
        kept = if_session(session, leased, f"set-option -u -t '{session}:' {LEASE}", "")
        return guarded_kill.command(version, session, free, kept)

    # Not with -C, which is a command of some client's, and lost when that one goes (trap N). tmux puts in which session
    # and server is meant when it begins to wait.
    text = language.unexpanded(far_shell.tells_its_server(late("\1")))
    text = text.replace("\1", "#{session_id}").replace("\2", "#{pid}.#{start_time}")
    return f"run-shell -b -d {lease.rpartition('.')[2]} -t '={name}:' {quoted(text)}"


def to_take(name: str) -> list[str]:
    """The words by which a client gets the view that was reserved for it."""
    return ["attach-session", "-t", f"={name}", ";", "set-option", "-u", "-t", f"={name}:", LEASE]


def _say(name: str) -> str:
    return f"display-message -p 'view {name}'"


def _go(session: str, new: NewView) -> str:
    words = [f"attach-session -t '{session}'", *guarded_join.for_tab(f"-t '{session}:'", new)]
    # What is over says nothing any more.
    words += [f"set-option -u -t '{session}:' {mark}" for mark in (LEASE, AWAY)]
    if new.window:
        words.append(guarded_join.select(session, new.window))
    return " ; ".join(words)


def mark(tmux: Tmux, socket: str, session: str, name: str, parent: str) -> bool:
    """Make a session carry our mark, if it still has that name. False when it has not."""
    target = f"'{session}:'"
    marks = (
        f"set-option -t {target} {VIEW} '{session}' ; "
        f"{language.assigned(f'set-option -t {target}', PARENT, parent)} ; display-message -p marked"
    )
    return "marked" in tmux.ask(
        socket, "if-shell", "-F", "1", if_session(session, equal("session_name", name), marks, "")
    )


def pin(tmux: Tmux, socket: str, session: str, name: str, *, on: bool) -> bool:
    """Keep a view from every clean-up, or no longer. False when it is gone."""
    change = f"set-option -t '{session}:' {PIN} 1" if on else f"set-option -u -t '{session}:' {PIN}"
    command = if_session(session, equal("session_name", name), f"{change} ; display-message -p done", "")
    return "done" in tmux.ask(socket, "if-shell", "-F", "1", command)


def rename_back(tmux: Tmux, socket: str, session: str, detour: str, name: str) -> None:
    """Give a parent its name again that an interrupted detour left with another one."""
    rename = f"rename-session -t '{session}:' -- {quoted(language.name(name))}"
    tmux.ask(
        socket,
        "if-shell",
        "-F",
        "1",
        if_session(session, equal("session_name", detour), rename, ""),
    )


def take_note(tmux: Tmux, server: Server, opened: Sequence[str], undecided: Sequence[str]) -> None:
    """Of these ids: we know by now that tabs got the first, and the server is to ask us before it ends the others."""
    same = same_server(server)
    marks = [*((session, OPENING) for session in opened), *((session, ENDS_ALONE) for session in undecided)]
    lines = (if_existing(session, same, f"set-option -u -t '{session}:' {mark}", "") for session, mark in marks)
    tmux.run(server.socket, "source-file", "-", stdin="".join(f"{line}\n" for line in lines))


def forget_ended(tmux: Tmux, socket: str, known: str) -> None:
    """What the server ended is written down, up to here. With more by now, all of it is told once more."""
    same = f"#{{==:#{{{ENDED}}},{language.literal(known)}}}"
    tmux.run(socket, "source-file", "-", stdin=f"if-shell -F {quoted(same)} {{ set-option -su {ENDED} }}\n")


def called_again(tmux: Tmux, socket: str) -> bool:
    """Whether something happened since the server started us, so that there is more to look at. Else it may start the
    next one.
    """
    return hooks.MORE in tmux.ask(socket, *hooks.ask(hooks.RUNNING, hooks.AGAIN))


def set_hooks(tmux: Tmux, socket: str, caller: str, version: str) -> None:
    tmux.ask(socket, *_hooked(caller, version)[:-1])


def remove_hooks(tmux: Tmux, socket: str) -> None:
    from viewsync.tmux import presence_hooks

    words: list[str] = []
    own = [hooks.slot(event) for event in (*hooks.EVENTS, hooks.ENDED)]
    for place in (*own, *presence_hooks.slots(tmux, socket)):
        words += ["set-hook", "-gu", place, ";"]
    tmux.ask(socket, *words[:-1])


def _hooked(caller: str, version: str) -> list[str]:
    """The words that set our hooks, with a separator behind them."""
    if not caller:
        return []
    from viewsync.tmux import view_hooks  # they stand, mostly

    words: list[str] = []
    for event in hooks.EVENTS:
        words += ["set-hook", "-g", hooks.slot(event), view_hooks.text(event, caller, version), ";"]
    return words
