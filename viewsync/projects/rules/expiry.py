"""Which project sessions may be ended since nobody has used them for longer than their file allows.

What keeps any session from a clean-up keeps these, too (sessions/rules/expiry.py), and more: a program that runs in it.
"""

from __future__ import annotations

from viewsync.sessions.rules import expiry
from viewsync.sessions.rules.expiry import Expiry, ExpiryCriteria, Limit
from viewsync.text import durations
from viewsync.tmux.rules.model import END, KEEP
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Candidate(NamedTuple):
    known: expiry.SessionFacts
    timeout: float  # seconds, 0 for never
    auto_cleanup: bool
    busy: str = ""  # why it may not be idle, "" when nothing but shells wait in it


def decide(candidates: Sequence[Candidate], now: float) -> list[Expiry]:
    """One verdict for each, in the order given."""
    return [_judge(candidate, now) for candidate in candidates]


def aged(candidate: Candidate, now: float) -> bool:
    """Whether it is worth a closer look."""
    used = max(candidate.known.created, candidate.known.active)
    return candidate.auto_cleanup and candidate.timeout > 0 and used > 0 and now - used > candidate.timeout


def _judge(candidate: Candidate, now: float) -> Expiry:
    known = candidate.known
    if not aged(candidate, now):
        return Expiry(known.name, KEEP, "used of late, or without a timeout")
    limit = Limit(candidate.timeout, durations.shown(candidate.timeout))
    (verdict,) = expiry.decide(
        [known._replace(active=max(known.active, known.created))], ExpiryCriteria(idle_than=limit), now
    )
    if verdict.action != END:
        return verdict._replace(action=KEEP)
    if candidate.busy:
        return Expiry(known.name, KEEP, candidate.busy, spared=verdict.reason)
    return Expiry(known.name, END, f"unused for {limit.text}", save=True)
