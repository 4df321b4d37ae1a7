"""The cleanup steps of sessions that were ended by somebody else, or of one that is just being ended by us."""

from __future__ import annotations

import os
import time

from viewsync import events
from viewsync.errors import TmuxError, ViewsyncError
from viewsync.events import Event
from viewsync.history import recording
from viewsync.light import contextlib
from viewsync.projects import detached_cleanup, recorded_steps, steps
from viewsync.store import pending_steps
from viewsync.system import processes
from viewsync.tmux import end_hooks, project_list
from viewsync.tmux.rules import hooks
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from threading import Timer

    from viewsync.context import Context
    from viewsync.store.pending_steps import PendingEntry
    from viewsync.tmux.rules.project_model import Sessions
    from viewsync.tmux.server import Tmux

    Answers = Mapping[str, Sessions | TmuxError]

ALIVE, GONE, UNSURE = "alive", "gone", "unsure"
_PATIENCE = 60.0  # seconds for a server that is just ending to be gone: a busy machine takes its time
_STEP = 0.05
_LONG = 1.0  # seconds that others wait for the steps of one session


def claim(entry: PendingEntry) -> PendingEntry | None:
    """None when another process is at it."""
    if entry.owner and not _is_ours(entry) and _is_at_work(entry):
        return None
    return pending_steps.claim(entry, processes.start_time(os.getpid()), processes.place())


def _is_ours(entry: PendingEntry) -> bool:
    return entry.owner == os.getpid() and not processes.is_elsewhere(entry.owner_place)


def _is_at_work(entry: PendingEntry) -> bool:
    return processes.alive(entry.owner, entry.owner_start, entry.owner_place)


def run(ctx: Context, entry: PendingEntry) -> tuple[PendingEntry, list[steps.StepDone], list[str]]:
    """Those of its steps that have not begun; what came of them, and what went wrong beside that."""
    record = entry.record
    wanted = recorded_steps.steps(record, "steps")
    problems = []
    if 0 < entry.begun <= len(wanted):
        problems.append(f"the cleanup step '{wanted[entry.begun - 1].name}' was interrupted; it is not run again")
    secrets, missing = recorded_steps.secrets(ctx, record, steps.CLEANUP) if wanted[entry.begun :] else ({}, [])
    problems += missing
    variables = {**recorded_steps.variables(record), **secrets}
    done: list[steps.StepDone] = []
    for at, step in enumerate(wanted):
        if at < entry.begun:
            continue
        if problem := recorded_steps.distrust(ctx, record, step, wanted, steps.CLEANUP):
            problems.append(problem)
            continue
        begun = pending_steps.begin(entry, at + 1)
        if begun is None:
            return entry, done, [*problems, "another process is running its cleanup steps"]
        entry = begun
        done.append(steps.run(ctx, step, steps.CLEANUP, variables, recorded_steps.listed(record, "secrets")))
        if done[-1].aborts:
            break
    return entry, done, problems


def ended(ctx: Context, socket: str = "") -> None:
    """Run the cleanup steps of all sessions that are certainly gone, until their servers know of no more.

    `socket`: of the server that started us, and starts no other one until it was asked.
    """
    sockets = {str(entry.record.get("socket")) for entry in pending_steps.entries(ctx.folder)}
    sockets |= {socket} if socket else set()
    while True:
        _clean_up_all(ctx)
        answers = {socket: _settled(ctx, socket) for socket in sockets}
        if end_hooks.GONE in answers.values():  # its last sessions went behind our back
            _clean_up_all(ctx)
        sockets = {socket for socket, answer in answers.items() if answer == hooks.MORE}
        if not sockets:
            return


def _settled(ctx: Context, socket: str) -> str:
    try:
        return end_hooks.settle(ctx.tmux, socket)
    except TmuxError as error:
        ctx.log.warning("%s", error.message)
        return ""


def _clean_up_all(ctx: Context) -> None:
    """A server that is just ending gets its time."""
    deadline, pause = time.monotonic() + _PATIENCE, _STEP
    while True:
        unsure = [entry for entry in free(ctx.folder) if _clean_up(ctx, entry) == UNSURE]
        if not unsure or time.monotonic() > deadline:
            return
        time.sleep(pause)
        pause = min(2 * pause, 1.0)


def free(folder: str) -> list[PendingEntry]:
    """Those that no process is at."""
    found = pending_steps.entries(folder)
    return [entry for entry in found if not entry.owner or not _is_at_work(entry)]


def _clean_up(ctx: Context, entry: PendingEntry) -> str:
    socket = str(entry.record.get("socket"))
    state = standing(ctx, entry, ask(ctx.tmux, [socket]))
    if state != GONE:
        return state
    claimed = claim(entry)
    if claimed is None:
        return GONE
    handing_over = _hand_over_later(ctx)
    try:
        claimed, done, problems = run(ctx, claimed)
    finally:
        handing_over.cancel()
    pending_steps.remove(claimed)
    problems += [steps.told(step) for step in done if step.problem]
    server, name = str(entry.record.get("server")), str(entry.record.get("name"))
    project = recorded_steps.texts(entry.record.get("variables")).get("VIEWSYNC_PROJECT", "")
    reason = "; ".join(problems) or "it was ended from outside"
    recording.record(
        ctx, [Event(ctx.clock(), events.END, "outside", socket, server, name, reason=reason, project=project)]
    )
    for problem in problems:
        ctx.log.warning("%s: %s", name, problem)
    return GONE


def _hand_over_later(ctx: Context) -> Timer:
    """While steps take long, another process sees to the sessions that end or have ended beside them."""
    from threading import Timer

    def hand_over() -> None:
        if free(ctx.folder):
            detached_cleanup.clean_up(ctx)

    timer = Timer(_LONG, hand_over)
    timer.daemon = True
    with contextlib.suppress(RuntimeError):  # there is room for no thread
        timer.start()
    return timer


def ask(tmux: Tmux, sockets: Iterable[str]) -> dict[str, Sessions | TmuxError]:
    answers: dict[str, Sessions | TmuxError] = {}
    for socket in sockets:
        try:
            answers[socket] = project_list.read(tmux, socket)
        except TmuxError as error:
            answers[socket] = error
    return answers


def note(entry: PendingEntry, windows: Collection[str], group: str) -> None:
    """By what the work of its session is found where the session itself is gone: its windows, and its group's name."""
    known = recorded_steps.listed(entry.record, "windows"), recorded_steps.listed(entry.record, "groups")
    now = sorted({*known[0], *windows}), sorted({*known[1], *([group] if group else [])})
    if known == now or entry.begun:
        return
    if claimed := claim(entry):
        pending_steps.restore(claimed, {**entry.record, "windows": now[0], "groups": now[1]})


def holders(answer: Sessions, windows: Collection[str], ending: Collection[str]) -> list[str]:
    """The names of the sessions that show any of those windows, beside those that are to end, by their ids."""
    return [
        session.name
        for session in answer.sessions
        if session.id not in ending and not {*windows}.isdisjoint(session.windows)
    ]


def standing(ctx: Context, entry: PendingEntry, answers: Answers) -> str:
    """Whether its session is certainly gone, and all that showed its windows with it."""
    record = entry.record
    server, session, place = (str(record.get(key) or "") for key in ("server", "session_id", "place"))
    answer = answers[str(record.get("socket"))]
    if isinstance(answer, TmuxError):
        sure = isinstance(answer, ServerGone) and not processes.is_server(server, place)
        return GONE if sure else UNSURE
    if answer.server.identity != server:
        return UNSURE if processes.is_server(server, place) else GONE
    if any(living.id == session for living in answer.sessions):
        return ALIVE
    if not answer.complete:
        return UNSURE
    if holders(answer, recorded_steps.listed(record, "windows"), ()):
        return ALIVE
    names = {str(record.get("name")), *recorded_steps.listed(record, "groups")}
    return ALIVE if _lives_on(ctx, answer, server, session, names) else GONE


def _lives_on(ctx: Context, answer: Sessions, server: str, session: str, names: Collection[str]) -> bool:
    """In a view, or in the session that its last view became: the group keeps the name of its first one."""
    try:
        rows = ctx.registry.read()["views"]
    except ViewsyncError:
        return True  # nobody knows
    views = {name for name, row in rows.items() if row.get("server") == server and row.get("parent_id") == session}
    return any(living.name in views or (living.group and living.group in names) for living in answer.sessions)
