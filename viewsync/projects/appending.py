"""Put the windows of a project's command into the session that one is in, behind its own.

All that is said is about the new windows: what was there is not touched, and of the session itself nothing is set. Each
is born with a mark that says whose it is, and one run is at it at a time: so the same again adds what is missing, and
nothing twice.
"""

from __future__ import annotations

import hashlib
import os

from viewsync.errors import MissingSession, TmuxError, UsageError
from viewsync.projects import building, lifecycle, plan_checks, readiness, reserving, running
from viewsync.projects.rules import diff
from viewsync.projects.running import RunResult
from viewsync.store import lock
from viewsync.tmux import build, project_list, sockets
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.reserving import Renamed
    from viewsync.projects.rules.diff import Pair
    from viewsync.projects.steps import StepDone
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import LiveSession

_PATIENCE = 30.0  # seconds for another run that is at it, beside what its steps may take


class Here(NamedTuple):
    """The session that we are in."""

    server: Server
    session: str  # its id
    name: str


def append(ctx: Context, plan: Plan, socket: str, renamed: Renamed) -> RunResult:
    """UsageError where one is in no session of that server."""
    running.refuse_none(plan)
    here = _here(ctx, socket)
    steps = sum(step.timeout for step in plan.at_run)
    path = os.path.join(ctx.folder, f"append-{here.server.identity}-{here.session.removeprefix('$')}.lock")
    with lock.for_a_while(path, _PATIENCE + steps):
        try:
            return _append(ctx, renamed(here.name)._replace(called=here.name, exact=True, appended=True), here)
        except (MissingSession, ServerGone):
            raise building.ended_meanwhile(f"session '{here.name}'") from None


def _here(ctx: Context, socket: str) -> Here:
    hint = "run it in a pane, or without --append for a session of its own"
    if not sockets.is_inside(ctx.env, socket):
        raise UsageError(f"--append: this is not inside of the tmux server on {socket}", hint)
    found = project_list.read(ctx.tmux, socket)
    if not found.complete:
        raise TmuxError(f"{socket}: tmux's answer could not be read in full", "try again")
    own = f"${ctx.env['TMUX'].rpartition(',')[2]}"
    pane = ctx.env.get("TMUX_PANE", "")  # a popup has none
    there = [session for session in found.sessions if (pane in session.pane_ids if pane else session.id == own)]
    if not there or not sockets.is_of(ctx.env, found.server):
        raise UsageError("--append: nobody knows which session this is", hint)
    session = _parent(there, own)
    return Here(found.server, session.id, session.name)


def _parent(there: Sequence[LiveSession], own: str) -> LiveSession:
    """A view has the windows of its parent, and is nobody's to be told of."""
    group = next((session.group for session in there if session.id == own), "")
    return min(there, key=lambda session: (session.view, session.group != group, session.id != own))


def _append(ctx: Context, plan: Plan, here: Here) -> RunResult:
    seen = reserving.see(ctx.tmux, plan, here.server, here.session)
    pairs = diff.appended(_in_panes(plan), seen, _owner(plan))
    ran = RunResult(running.REUSED, here.name, here.server.socket, here.session, here.server)
    unmade = _untyped(pairs)
    if all(place for pair in pairs for place in pair.places):
        return ran._replace(warnings=unmade, unmade=unmade)
    first = not any(pair.seen for pair in pairs)
    lifecycle.trusted(ctx, plan, steps=first)
    tree = lifecycle.worktree(ctx, plan)
    steps: list[StepDone] = []
    try:
        steps += lifecycle.before(ctx, plan, here.name, here.server.socket) if first else []
        plan_checks.check(ctx.env, plan, here.server)
    except BaseException:
        lifecycle.take_back(ctx, plan, tree)
        raise
    options = building.options(ctx, plan._replace(shell=""), here.server)
    added = building.add(ctx.tmux, building.Target(here.server, here.session, options.of_windows, appended=True), pairs)
    if not added.typing:
        lifecycle.take_back(ctx, plan, tree)
        raise TmuxError("; ".join(added.problems) or "tmux made nothing")
    typed = readiness.type_all(ctx, here.server, here.session, added.typing)
    later = build.run(ctx.tmux, here.server, added.after).problems
    steps += lifecycle.after(ctx, plan, here.name, here.server.socket) if first else []
    warnings = [*unmade, *added.problems, *typed.problems, *later, *lifecycle.told(steps), *_left_out(plan, options)]
    return ran._replace(
        action=running.APPENDED,
        windows=added.windows,
        panes=added.panes,
        warnings=warnings,
        steps=steps,
        unmade=[*unmade, *added.problems, *typed.untyped, *later],
    )


def _owner(plan: Plan) -> str:
    """Whose windows they are: other commands, and the same one of another project or branch, have their own."""
    words = "\0".join((*plan.identity, plan.command)).encode("utf-8", "surrogateescape")
    return f"appended {hashlib.sha256(words).hexdigest()[:16]}"


def _in_panes(plan: Plan) -> Plan:
    """What the session would give its panes, each of them has by itself."""
    windows = [
        window._replace(
            position=-1,
            panes=tuple(
                pane._replace(
                    environment=tuple({**dict(plan.environment), **dict(pane.environment)}.items()),
                    shell=pane.shell or plan.shell,
                )
                for pane in window.panes
            ),
        )
        for window in plan.windows
    ]
    return plan._replace(windows=tuple(windows))


def _untyped(pairs: Sequence[Pair]) -> list[str]:
    """Of a run that was stopped: somebody may be at work in its panes by now."""
    places = [building.Place(pair, at) for pair in pairs for at in range(len(pair.places))]
    stopped = [
        place
        for place in places
        if place.pane.commands
        and (pane := place.pair.places[place.place])
        and (pane.untyped or pane.partly or not pane.key)
    ]
    return [f"{place.what}: a run that was stopped did not type all of its commands; type them" for place in stopped]


def _left_out(plan: Plan, options: building.Options) -> list[str]:
    """What of the file is for a session of its own."""
    found = [f"option {name}" for name, _ in (*options.of_session, *plan.global_options)]
    found += ["tmux_config"] if plan.tmux_config else []
    found += ["socket"] if plan.socket else []
    found += [f"{when}_steps" for when in ("restart", "attach", "detach", "cleanup") if getattr(plan, when)]
    return [f"left out, as the session is not its own: {', '.join(found)}"] if found else []
