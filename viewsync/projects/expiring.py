"""What the sweep does with project sessions: it ends those that nobody uses any more, and sees to it that the cleanup
steps run of those that were ended by somebody else.
"""

from __future__ import annotations

from viewsync import events
from viewsync.errors import TmuxError, ViewsyncError
from viewsync.events import Event
from viewsync.history import recording
from viewsync.projects import cleanup_steps, detached_cleanup, listing, visits
from viewsync.projects.rules import expiry
from viewsync.projects.rules.expiry import Candidate
from viewsync.registry import leases, rows
from viewsync.sessions import evidence, guests
from viewsync.sessions import listing as registered_sessions
from viewsync.sessions.rules.expiry import SessionFacts
from viewsync.store import pending_steps
from viewsync.system import process_tree, processes, shells
from viewsync.text import durations, shell_names
from viewsync.text.timestamps import epoch
from viewsync.tmux import end_hooks, guarded_kill, pane_list, presence_hooks
from viewsync.tmux.rules import hooks
from viewsync.tmux.rules.model import END, Verdict
from viewsync.tmux.rules.project_model import Sessions
from viewsync.typed import TYPE_CHECKING, NamedTuple
from viewsync.views.cleanup import Swept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewsync.context import Context
    from viewsync.sessions.listing import Listed
    from viewsync.sessions.rules.expiry import Expiry
    from viewsync.store.pending_steps import PendingEntry
    from viewsync.tmux.rules.model import Pane

_TRIGGER = "expired"


class _Found(NamedTuple):
    known: listing.Known
    listed: Listed
    verdict: Expiry


def sweep(ctx: Context, *, dry_run: bool) -> Swept:
    entries = cleanup_steps.free(ctx.folder)
    reading = listing.read(ctx, [str(entry.record.get("socket")) for entry in entries])
    errors = list(reading.problems)
    if entries and not dry_run:
        errors += _tell_ends(ctx, entries, reading.answers)
    found = [each for one in reading.known if (each := _judge(ctx, one))]
    going = [project for project in found if project.verdict.action == END]
    verdicts = [_verdict(project) for project in going]
    if dry_run:
        return Swept(verdicts, [], errors)
    failed = []
    for project, verdict in zip(going, verdicts, strict=True):
        if problem := _expire(ctx, project):
            failed.append(verdict)
            errors += [problem] if problem != _FASTER else []
    return Swept(verdicts, failed, errors)


def _tell_ends(ctx: Context, entries: Sequence[PendingEntry], answers: cleanup_steps.Answers) -> list[str]:
    """Have the steps run of those that are gone; of the others, see to it that tmux tells of their end."""
    states = {entry.key: cleanup_steps.standing(ctx, entry, answers) for entry in entries}
    if cleanup_steps.GONE in states.values():
        detached_cleanup.clean_up(ctx)
    alive: dict[str, list[str]] = {}
    errors = []
    for entry in entries:
        if states[entry.key] == cleanup_steps.ALIVE:
            socket, session = str(entry.record["socket"]), str(entry.record["session_id"])
            alive.setdefault(socket, []).append(session)
            errors += _note(entry, session, answers[socket])
    for socket, ids in alive.items() if ctx.config["hooks"] else ():
        answer = answers[socket]
        try:
            if not isinstance(answer, Sessions):
                continue
            if not hooks.tells_ends(end_hooks.installed(ctx.tmux, socket), ctx.caller):
                end_hooks.arm(ctx.tmux, answer.server, ids, ctx.caller)
            watched = [
                str(entry.record["session_id"])
                for entry in entries
                if entry.record["socket"] == socket
                and states[entry.key] == cleanup_steps.ALIVE
                and visits.has(entry.record)
            ]
            if watched:
                own = presence_hooks.watch(ctx.caller, ctx.folder)
                presence_hooks.look(ctx.tmux, answer.server, watched, own)
        except TmuxError as error:
            errors.append(error.message)
    return errors


def _note(entry: PendingEntry, session: str, answer: Sessions | TmuxError) -> list[str]:
    """What its windows and its group are by now; what went wrong."""
    live = (
        next((living for living in answer.sessions if living.id == session), None)
        if isinstance(answer, Sessions)
        else None
    )
    try:
        if live:
            cleanup_steps.note(entry, live.windows, live.group)
    except ViewsyncError as error:
        return [error.message]
    return []


def _judge(ctx: Context, known: listing.Known) -> _Found | None:
    """None for one that its row alone shows to be in use, or that has no timeout: nothing more is asked of it."""
    if known.row is None or known.live is None or known.server is None:
        return None
    live, about = known.live, known.about
    candidate = Candidate(
        SessionFacts(
            name=known.row.name,
            status=known.status,
            created=epoch(known.row.created_at) or float(live.created),
            active=max(epoch(known.row.last_active), float(live.activity), float(live.last_attached)),
            doubt=known.doubt,
            quarantined=known.row.quarantined or any(view.quarantined for view in (live, *known.views)),
            attached=live.in_use or any(view.in_use for view in known.views),
            viewed=bool(known.views),
        ),
        timeout=durations.recorded(about.get("timeout"), 0.0),
        auto_cleanup=about.get("auto_cleanup") is True,
    )
    # Nobody could use it while the machine slept, and a clock that was set forward is no time at all.
    now = ctx.clock() - processes.not_awake(known.server.identity, ctx.clock(), ctx.awake())
    if not expiry.aged(candidate, now):
        return None
    try:
        listed = registered_sessions.judge(known.row, pane_list.read(ctx.tmux, known.socket))
    except TmuxError:
        return None  # it answered a moment ago; the next sweep asks again
    panes = _panes(listed)
    others = guests.of(guests.registry(ctx), listed.reading, live.id) if listed.reading else []
    closer = candidate.known._replace(
        guest=others[0].row.name if others else "",
        doubt=listed.doubt or candidate.known.doubt,
        attached=candidate.known.attached or any(pane.attached for pane in panes),
        leased=any(leases.held(ctx.folder, known.server, pane.id) for pane in panes),
        only_dead=bool(panes) and all(pane.dead for pane in panes),
    )
    busy = next(
        filter(None, (_busy(ctx.clock, pane) for pane in panes)), "" if panes else "cannot tell what is running in it"
    )
    (verdict,) = expiry.decide([candidate._replace(known=closer, busy=busy)], now)
    return _Found(known, listed, verdict)


def _panes(listed: Listed) -> list[Pane]:
    reading = listed.reading
    return [pane for pane in reading.panes if pane.session == listed.found.session] if reading else []


def _busy(clock: Callable[[], float], pane: Pane) -> str:
    """What runs in the pane beside a shell that waits at its prompt, "" for nothing. Who cannot tell says so."""
    if pane.dead:
        return ""
    front = shells.foreground(pane.pid)
    if front is None or not front.waiting or front.program.removeprefix("-") not in shell_names.ALL:
        return f"{front.program if front else 'something'} runs in pane {pane.id}"
    below = process_tree.below(pane.pid, clock())
    if below is None:
        return f"cannot tell what is running in pane {pane.id}"
    others = [process for process in below if process.pid != pane.pid]
    return f"{others[0].command[0]} runs in pane {pane.id}" if others else ""


def _verdict(found: _Found) -> Verdict:
    live = found.known.live
    return Verdict(found.known.socket, live.id if live else "", found.known.name, END, found.verdict.reason, "")


_FASTER = "skipped: the session changed meanwhile"


def _expire(ctx: Context, found: _Found) -> str:
    """Its output is saved, then it is ended, if still nobody is on it; why not, or ""."""
    known, row, server, live = found.known, found.known.row, found.known.server, found.known.live
    assert row is not None
    assert server is not None
    assert live is not None
    try:
        saved = evidence.save(ctx, found.listed, f"{_TRIGGER}: {found.verdict.reason}")
        if saved.problems:
            return f"{known.name} was kept, its output could not be saved: {'; '.join(saved.problems)}"
        if row not in rows.read(ctx.registry):
            return _FASTER
        (ended,) = guarded_kill.end(ctx.tmux, server, [guarded_kill.End(live.id, live.name, only_dead=False)])
        if not ended:
            return _FASTER
        if pending_steps.find(ctx.folder, pending_steps.key(server.identity, live.id)):
            detached_cleanup.clean_up(ctx)
        rows.remove(ctx.registry, row)
    except ViewsyncError as error:
        return f"{known.name}: {error.message}"
    project = known.identity.project if known.identity else ""
    reason = f"{found.verdict.reason}; its output is in {saved.folder}"
    event = Event(
        ctx.clock(), events.END, _TRIGGER, known.socket, server.identity, known.name, reason=reason, project=project
    )
    recording.record(ctx, [event])
    return ""
