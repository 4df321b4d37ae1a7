"""Which registered sessions a clean-up removes, and why. What is in use, or not certain, is kept, whatever was asked.

A row always goes alone (FORGET) where its program is gone. A session that lives ends with its row (END), so that
its name is free again; one with nothing but dead panes ends only once its last output has been saved.
"""

from __future__ import annotations

from viewsync.sessions.rules import health
from viewsync.tmux.rules.model import END, KEEP
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

FORGET = "forget"
_GONE = (health.DEAD, health.MISSING, health.ZOMBIE, health.SERVER)


class Limit(NamedTuple):
    """A duration, in seconds and as it was written."""

    seconds: float
    text: str


class ExpiryCriteria(NamedTuple):
    """Sessions whose program is gone are always meant. `compat`: what the shell tool does, rows by created_at alone."""

    everything: bool = False
    older_than: Limit | None = None
    idle_than: Limit | None = None
    compat: bool = False


class SessionFacts(NamedTuple):
    """All that may be known of one registered session; times in epoch seconds, 0 where nobody knows."""

    name: str
    status: str
    created: float = 0.0
    active: float = 0.0
    doubt: str = ""  # why its status may not be trusted
    making: bool = False  # the process that makes it is at work
    quarantined: bool = False
    attached: bool = False  # it, or another session that shares its windows
    leased: bool = False  # somebody is sending to it
    only_dead: bool = False  # all its panes are dead
    viewed: bool = False  # it has views, nobody on them
    session: str = ""  # which session it is: two rows may name one
    moved_to: str = ""  # another session, which its pane was moved into: that is not its own to end
    guest: str = ""  # another row, whose pane was moved into it
    clock_set: float = 0.0  # seconds by which the clock was set forward since its server began: that is no age


class Expiry(NamedTuple):
    name: str
    action: str  # KEEP, FORGET or END
    reason: str
    spared: str = ""  # why a session would have been removed that is kept
    save: bool = False  # its output first; and it ends only while all its panes are dead


def decide(sessions: Sequence[SessionFacts], wish: ExpiryCriteria, now: float) -> list[Expiry]:
    """One verdict per session, in the order given."""
    verdicts = [_judge(session, wish, now) for session in sessions]
    pairs = list(zip(sessions, verdicts, strict=True))
    kept = {known.session: known.name for known, verdict in pairs if known.session and verdict.action == KEEP}
    return [_spare(verdict, kept.get(known.session, "")) for known, verdict in pairs]


def _spare(verdict: Expiry, other: str) -> Expiry:
    """`other`: a row of the same session, which stays; so the session does."""
    if verdict.action != END or not other:
        return verdict
    return Expiry(verdict.name, KEEP, f"'{other}' names the same session, and is kept", spared=verdict.reason)


def _judge(known: SessionFacts, wish: ExpiryCriteria, now: float) -> Expiry:
    aged = _aged(known, wish, now)
    gone = ["dead/missing/zombie"] if known.status in _GONE else []
    reason = "all sessions mode" if wish.everything else " + ".join([*gone, *aged])
    if not reason:
        return Expiry(known.name, KEEP, _kept(known, wish))
    last_words = known.status == health.DEAD and known.only_dead
    lives = known.status in (health.ALIVE, health.DEAD)  # beside a dead pane others live
    ends = not wish.compat and (last_words or (lives and (wish.everything or bool(aged))))
    if protection := _protection(known, wish, ends=ends):
        return Expiry(known.name, KEEP, protection, spared=reason)
    return Expiry(known.name, END if ends else FORGET, reason, save=ends and last_words)


def _aged(known: SessionFacts, wish: ExpiryCriteria, now: float) -> list[str]:
    """A session that was used just now is not old; one whose age nobody knows is neither."""
    reasons = []
    if wish.older_than and known.created:
        latest = known.created if wish.compat else max(known.created, known.active)
        passed = _passed(latest, wish.older_than, now if wish.compat else now - known.clock_set)
        reasons += [f"older than {wish.older_than.text}"] if passed else []
    if wish.idle_than and (latest := known.active or known.created):
        reasons += [f"idle for {wish.idle_than.text}"] if _passed(latest, wish.idle_than, now - known.clock_set) else []
    return reasons


def _passed(then: float, limit: Limit, now: float) -> bool:
    return max(0.0, now - then) >= limit.seconds


def _protection(known: SessionFacts, wish: ExpiryCriteria, *, ends: bool) -> str:
    if known.status == health.UNKNOWN or known.doubt:
        return known.doubt or "viewsync cannot tell whether it is running"
    if known.making:
        return "it is just being created"
    if known.quarantined:
        return "quarantined"
    if wish.compat:
        return ""  # nothing ends, so nobody is disturbed
    if known.attached:
        return "attached"
    if known.leased:
        return "somebody is sending to it"
    if ends and known.moved_to:
        return f"its pane was moved into session {known.moved_to!r}: `viewsync kill` ends that pane alone"
    if ends and known.guest:
        return f"the pane of {known.guest!r} was moved into it"
    # A view that is kept unattached waits for somebody, and would keep the windows under the session's name.
    return "it has a view" if ends and known.viewed else ""


def _kept(known: SessionFacts, wish: ExpiryCriteria) -> str:
    if known.status == health.UNKNOWN or known.doubt:
        return known.doubt or "viewsync cannot tell whether it is running"
    if (wish.older_than or wish.idle_than) and not (known.created or known.active):
        return f"{known.status}, of unknown age"
    return f"{known.status}, but not old enough" if wish.older_than or wish.idle_than else known.status
