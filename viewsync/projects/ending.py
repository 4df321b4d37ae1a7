"""End project sessions, and run their cleanup steps: before an end that was asked for, after any other.

What is then needed is kept from when the session was made (store/pending_steps.py), since after an end from outside
nobody is left who knows it. Each step runs once, whoever sees the end first, and however often.
"""

from __future__ import annotations

from viewsync import events
from viewsync.errors import TmuxError, ViewsyncError
from viewsync.events import Event
from viewsync.history import recording
from viewsync.light import contextlib, quote, signal
from viewsync.projects import cleanup_steps, steps, trust
from viewsync.registry import rows
from viewsync.sessions import remains
from viewsync.sessions.rules import health
from viewsync.store import pending_steps
from viewsync.system import signals
from viewsync.tmux import end_hooks, guarded_kill, pane_list, pid_namespaces, presence_hooks, project_list
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan, Step
    from viewsync.projects.listing import Known
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import LiveSession
    from viewsync.tmux.server import Tmux

    # Ends the views and the session, which comes last; says why something of it stays.
    Act = Callable[[Tmux, Server, list[LiveSession]], str]

_GONE = (health.MISSING, health.SERVER)
_ASKED = "ended with its views"


class InUse(ViewsyncError):
    """Somebody is on the session, or on a view of it."""

    kind = "in-use"


class Ended(NamedTuple):
    """What came of it. `ended`: it is not there any more; `removed`: nor is its row, None where it had none."""

    name: str
    ended: bool
    removed: bool | None
    steps: list[steps.StepDone]
    problems: list[str]


def remember(ctx: Context, plan: Plan, server: Server, session: str, name: str) -> None:
    """Keep what the end of a session that was just made will need, and clients that come and leave, and have tmux tell
    of these. NotTrusted, too: the files that its steps run may be others in its worktree.
    """
    visits = (*plan.attach, *plan.detach)
    if not (plan.cleanup or visits):
        return
    trust.require(ctx, plan)
    where = trust.home(plan)
    variables = steps.variables_of(plan, name, server.socket)
    own = [name for step in (*plan.cleanup, *visits) for name, _ in step.environment]
    record = {
        "at": ctx.clock(),
        "name": name,
        "socket": server.socket,
        "server": server.identity,
        "place": pid_namespaces.place(server.socket, server.identity),
        "session_id": session,
        "root": plan.identity.root,
        "command": plan.command,
        "own": plan.own,
        "called": plan.name if plan.exact else "",
        "file": plan.file,
        "arguments": _without(dict(plan.arguments), plan),
        "bases": where.bases,
        "trusted": trust.covered(ctx.env, plan, where, plan.cleanup),
        "path": ctx.env.get("PATH", ""),
        "variables": _without(variables, plan),
        "secrets": sorted(plan.secrets),
        "left_out": sorted(plan.secrets & {*variables, *own}),
        "steps": _noted(plan.cleanup, plan),
    }
    if visits:
        record["trusted_visits"] = trust.covered(ctx.env, plan, where, visits)
        record |= {steps.ATTACH: _noted(plan.attach, plan), steps.DETACH: _noted(plan.detach, plan)}
    key = pending_steps.key(server.identity, session)
    pending_steps.write(ctx.folder, key, record)
    windows = end_hooks.arm(ctx.tmux, server, [session], ctx.caller)
    if windows and (entry := pending_steps.find(ctx.folder, key)):
        cleanup_steps.note(entry, windows, "")
    if visits:
        presence_hooks.arm(ctx.tmux, server, session, presence_hooks.watch(ctx.caller, ctx.folder))


def _noted(found: Sequence[Step], plan: Plan) -> list[dict[str, Any]]:
    return [{**step._asdict(), "environment": _without(dict(step.environment), plan)} for step in found]


def _without(variables: dict[str, str], plan: Plan) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name not in plan.secrets}


def end(
    ctx: Context,
    known: Known,
    trigger: str,
    *,
    force: bool = False,
    act: Act | None = None,
    why: str = _ASKED,
    programs: bool = True,
) -> Ended:
    """Its cleanup steps, then the session with its views, then its row. What a step does never stops the end. What
    ignores the end of its terminal is ended, and what lives on is told of.
    `act`: what ends it, instead of what does so here; `why`: for the history; `programs`: not where `act` sees to them.

    What `refuse` raises, before anything is done.
    """
    refuse(ctx, known, force=force or bool(act), guests=not act)
    if known.live is None or known.server is None:
        return _after(ctx, known, trigger, why)
    with unhurt():
        before = remains.see_all(known.server, known.live.pids if programs else {})
        done = _end(ctx, known, known.server, known.live, trigger, act or (_forced if force else _free), why)
        rest = remains.finish(ctx.tmux, before) if done.ended else remains.NOTHING
        return done._replace(problems=[*done.problems, *remains.told(rest)])


def refuse(ctx: Context, known: Known, *, force: bool, guests: bool = True) -> None:
    """InUse where somebody is on it, unless `force`, or, with `guests`, another one's pane is in it; Quarantined in any
    case; TmuxError where it cannot be known whether it lives. Who ends several asks for all before the first.
    """
    if known.doubt:
        raise TmuxError(f"cannot tell whether session {known.name!r} is running: {known.doubt}", "nothing was done")
    if known.elsewhere:
        text = f"the pane of session {known.name!r} was moved into session {known.elsewhere.name!r}"
        raise TmuxError(text, "`viewsync kill` ends that pane alone")
    if known.live is None or known.server is None:
        return
    if guests and (guest := _guest(ctx, known.server, known.live)):
        text = f"the pane of {guest!r} was moved into session {known.name!r}"
        raise InUse(text, "`viewsync kill` ends the session without it")
    if kept := next((view.name for view in (known.live, *known.views) if view.quarantined), ""):
        raise guarded_kill.Quarantined(f"session '{kept}' is quarantined", "`viewsync release` ends the quarantine")
    if guests and (pinned := next((view.name for view in known.views if view.view and view.pinned), "")):
        raise InUse(f"the view '{pinned}' of it is pinned", f"`viewsync pin --off {quote(pinned)}` ends that")
    if not force and (known.live.in_use or any(view.in_use for view in known.views)):
        raise InUse(f"somebody is on session '{known.name}'", "pass --force to end it anyway")


def _guest(ctx: Context, server: Server, live: LiveSession) -> str:
    """Another row whose pane would end with the session."""
    known = rows.read(ctx.registry)
    if not any(row.pane_id in live.pids and row.session_id not in ("", live.id) for row in known):
        return ""
    from viewsync.sessions import guests

    found = guests.of(guests.registry(ctx), pane_list.read(ctx.tmux, server.socket), live.id)
    return found[0].row.name if found else ""


def _end(ctx: Context, known: Known, server: Server, live: LiveSession, trigger: str, act: Act, why: str) -> Ended:
    views = [view for view in known.views if view.view]
    done: list[steps.StepDone] = []
    said: list[str] = []
    entry = None
    waiting = pending_steps.find(ctx.folder, pending_steps.key(server.identity, live.id))
    if others := _others(ctx.tmux, server, [*views, live]):
        said.append(f"its windows live on in {', '.join(map(repr, others))}; end that, too, if the work is to go")
        if waiting:
            cleanup_steps.note(waiting, live.windows, live.group)
            said += ["its cleanup steps run when its windows are gone"] if waiting.record.get("steps") else []
    elif waiting:
        entry = cleanup_steps.claim(waiting)
        if entry is None:
            return Ended(known.name, False, _no_row(known), done, ["another process is already ending it"])
        with contextlib.suppress(TmuxError):  # it would only be told of an end that it then finds done
            end_hooks.disarm(ctx.tmux, server, live.id)
        entry, done, said = cleanup_steps.run(ctx, entry)
    elif problem := pending_steps.problem(ctx.folder, pending_steps.key(server.identity, live.id)):
        said.append(f"what was noted of its steps cannot be used, and none for its end ran: {problem}")
    ended, problem = _killed(ctx.tmux, server, [*views, live], act)
    if ended:
        return _ended(ctx, known, entry, done, said, trigger, why)
    if entry and ended is False:  # it goes on, and its steps are run at its end
        pending_steps.restore(entry)
        with contextlib.suppress(TmuxError):  # the next sweep does it
            end_hooks.arm(ctx.tmux, server, [live.id], ctx.caller)
    return Ended(known.name, False, _no_row(known), done, [*said, problem])


def _others(tmux: Tmux, server: Server, ending: list[LiveSession]) -> list[str]:
    """The names of sessions that show any of its windows, and are not to end with it."""
    try:
        now = project_list.read(tmux, server.socket)
    except ServerGone:
        return []
    if now.server.identity != server.identity:
        return []
    ids = {session.id for session in ending}
    windows = {window for session in (*ending, *now.sessions) if session.id in ids for window in session.windows}
    return cleanup_steps.holders(now, windows, ids)


def _claimed(folder: str, key: str) -> pending_steps.PendingEntry | None:
    entry = pending_steps.find(folder, key)
    return cleanup_steps.claim(entry) if entry else None


def _forced(tmux: Tmux, server: Server, found: list[LiveSession]) -> str:
    if kept := guarded_kill.keeps(tmux, server, _ends(found), in_use=True):
        return f"session {kept!r} was quarantined meanwhile"
    for session in found:
        guarded_kill.kill(tmux, server, session.id)  # False: it ended by itself
    return ""


def _free(tmux: Tmux, server: Server, found: list[LiveSession]) -> str:
    ends = _ends(found)
    if kept := guarded_kill.keeps(tmux, server, ends, in_use=False):
        return f"a client attached to session {kept!r} meanwhile, or it was quarantined"
    return "" if all(guarded_kill.end(tmux, server, ends)) else "a client attached to it meanwhile"


def _ends(found: list[LiveSession]) -> list[guarded_kill.End]:
    return [guarded_kill.End(session.id, session.name, only_dead=False) for session in found]


def _killed(tmux: Tmux, server: Server, found: list[LiveSession], act: Act) -> tuple[bool | None, str]:
    """Whether it is ended, None where that is not known; why not. The session comes last: as long as one of its views
    is kept, so is it.
    """
    try:
        problem = act(tmux, server, found)
        if not problem:
            return True, ""
    except TmuxError as error:
        problem = error.message
    try:
        now = project_list.read(tmux, server.socket)
    except ServerGone:
        return True, ""
    except TmuxError:
        return None, f"{problem}; whether it has ended is not known"
    if now.server.identity != server.identity:
        return True, ""
    if {session.id for session in found} & {session.id for session in now.sessions}:
        return False, problem
    return (True, "") if now.complete else (None, f"{problem}; whether it has ended is not known")


def _after(ctx: Context, known: Known, trigger: str, why: str) -> Ended:
    """Of a session that has ended already: what is left to do."""
    if known.status not in _GONE or known.row is None:
        raise TmuxError(f"session {known.name!r} is still being created", "try again in a moment")
    entry = None
    done: list[steps.StepDone] = []
    said: list[str] = []
    if known.row.session_id:
        key = pending_steps.key(known.row.server, known.row.session_id)
        waiting = pending_steps.find(ctx.folder, key)
        if (
            waiting
            and cleanup_steps.standing(ctx, waiting, cleanup_steps.ask(ctx.tmux, [known.socket])) != cleanup_steps.GONE
        ):
            what = "its cleanup steps run when its windows are gone: another session shows them"
            said += [what] if waiting.record.get("steps") else []
        else:
            entry = _claimed(ctx.folder, key)
    if entry:
        entry, done, said = cleanup_steps.run(ctx, entry)
    return _ended(ctx, known, entry, done, said, trigger, why)


def _ended(
    ctx: Context,
    known: Known,
    entry: pending_steps.PendingEntry | None,
    done: list[steps.StepDone],
    said: list[str],
    trigger: str,
    why: str,
) -> Ended:
    if entry:
        pending_steps.remove(entry)
    removed = _no_row(known)
    if known.row:
        try:
            removed = rows.remove(ctx.registry, known.row)
        except ViewsyncError as error:
            said = [*said, error.message]
    said += [steps.told(step) for step in done if step.problem]
    server = known.server.identity if known.server else known.row.server if known.row else ""
    project = known.identity.project if known.identity else ""
    reason = "; ".join(said) or why
    event = Event(ctx.clock(), events.END, trigger, known.socket, server, known.name, reason=reason, project=project)
    recording.record(ctx, [event])
    return Ended(known.name, True, removed, done, said)


def _no_row(known: Known) -> bool | None:
    return False if known.row else None


def unhurt() -> AbstractContextManager[None]:
    """Whoever ends the session from a pane in it is not stopped half way by the end of its terminal."""
    return signals.ignoring(signal.SIGHUP)
