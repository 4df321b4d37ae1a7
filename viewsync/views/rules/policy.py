"""THE policy: which views end, which are kept, which are promoted, and why.

Every layer (tmux hook, WezTerm event, timer, key, person) asks this one function. The server checks the same
conditions once more in the step that acts (`tmux/views.py`), so a verdict is never older than its act. And what none of
the rules keeps, a server ends by itself: `tmux/rules/idle.py` has each rule as tmux says it.
"""

from __future__ import annotations

from viewsync.events import ORPHAN
from viewsync.tmux.rules.model import END, KEEP, PROMOTE, Verdict
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from viewsync.views.rules.facts import ViewFacts


_AHEAD = 2.0  # seconds: whole ones are compared with parts of them


class Policy(NamedTuple):
    """Seconds, all of them."""

    grace: float = 15.0
    linger: float = 0.0
    stale_after: float = 300.0


def of(settings: Mapping[str, Any]) -> Policy:
    return Policy(settings["grace"], settings["linger"], settings["stale_after"])


def decide(facts: Sequence[ViewFacts], policy: Policy, now: float, doubt: str = "") -> list[Verdict]:
    """One verdict per session, in the order given. The first rule that matches wins; protections come first.

    `doubt` says why the reading behind `facts` cannot be trusted; then everything is kept, for that reason.
    """
    if doubt:
        return [_verdict(fact, KEEP, doubt) for fact in facts]
    verdicts = [_judge(fact, policy, now) for fact in facts]
    return _spare_last_holders(facts, verdicts)


def _judge(facts: ViewFacts, policy: Policy, now: float) -> Verdict:
    for protect in PROTECT:
        if reason := protect(facts, policy, now):
            return _verdict(facts, KEEP, reason)
    if facts.group_size <= 1:
        return _last_holder(facts)
    for delay in DELAY:
        if reason := delay(facts, policy, now):
            return _verdict(facts, KEEP, reason)
    return _verdict(
        facts,
        END,
        "stale: tracked, but nobody came back" if facts.tracked else ORPHAN,
    )


def not_ours(facts: ViewFacts, policy: Policy, now: float) -> str | None:  # noqa: ARG001  one shape for all rules
    return None if facts.ours else "not ours"


def bears_its_parents_name(facts: ViewFacts, policy: Policy, now: float) -> str | None:  # noqa: ARG001  one shape for all
    """A promotion that was interrupted before the marks went, or a user who renamed it: it is the parent now."""
    return "it has its parent's name" if facts.parent and facts.name == facts.parent else None


def attached(facts: ViewFacts, policy: Policy, now: float) -> str | None:  # noqa: ARG001  one shape for all rules
    return "attached" if facts.attached else None


def leased(facts: ViewFacts, policy: Policy, now: float) -> str | None:  # noqa: ARG001  one shape for all rules
    """One that was made when the clock was ahead lasts as long as it would, from when the view was first seen."""
    if facts.lease < int(now):  # whole seconds, as the server compares
        return None
    if facts.lease - facts.leased_for > now + _AHEAD and now - (facts.idle_since or now) >= facts.leased_for:
        return None
    return "reserved by a lease"


def brand_new(facts: ViewFacts, policy: Policy, now: float) -> str | None:
    """A view made detached (`open --json`) waits for its first client that long. Where the clock was ahead then, from
    when a sweep first saw it.
    """
    made = facts.created if facts.created <= now + _AHEAD else facts.idle_since or now
    if facts.last_attached or now - made >= policy.grace:
        return None
    return "just made, and waits for its first client"


def pinned(facts: ViewFacts, policy: Policy, now: float) -> str | None:  # noqa: ARG001  one shape for all rules
    if facts.pinned:
        return "pinned"
    return "quarantined" if facts.quarantined else None


def away(facts: ViewFacts, policy: Policy, now: float) -> str | None:  # noqa: ARG001  one shape for all rules
    """So that tmux's own key for the last session finds it."""
    return "its client is on another session, and may come back" if facts.away else None


def lingering(facts: ViewFacts, policy: Policy, now: float) -> str | None:
    if policy.linger and now - (facts.idle_since or now) < policy.linger:
        return f"kept for reuse for {policy.linger:g} s after its detach"
    return None


def tracked_and_fresh(facts: ViewFacts, policy: Policy, now: float) -> str | None:
    """Unattached is counted from when a sweep first saw it so: tmux has no time of detach."""
    if facts.tracked and now - (facts.idle_since or now) < policy.stale_after:
        return "its WezTerm pane is still there"
    return None


if TYPE_CHECKING:
    Rule = Callable[[ViewFacts, Policy, float], str | None]

PROTECT: tuple[Rule, ...] = (not_ours, bears_its_parents_name, attached, leased, brand_new, pinned)
DELAY: tuple[Rule, ...] = (away, lingering, tracked_and_fresh)


def _last_holder(facts: ViewFacts) -> Verdict:
    """To end it would end its windows. Its work goes back under the parent's name, or it stays as it is."""
    if not facts.parent:
        return _verdict(facts, KEEP, "last holder of its windows, and its parent's name is not known")
    if facts.parent_taken:
        return _verdict(facts, KEEP, "last holder of its windows, and its parent's name is taken")
    return _verdict(facts, PROMOTE, "last holder of its windows: its parent is gone")


def _spare_last_holders(facts: Sequence[ViewFacts], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Where every member of a group would end, the one used last is spared: ending all would end the windows."""
    spared = {
        survivor: _last_holder(facts[survivor])
        for members in _groups(facts)
        if (survivor := _survivor(facts, verdicts, members)) is not None
    }
    return [spared.get(index, verdict) for index, verdict in enumerate(verdicts)]


def _groups(facts: Sequence[ViewFacts]) -> Iterable[list[int]]:
    groups: dict[tuple[str, str], list[int]] = {}
    for index, session in enumerate(facts):
        if session.group_size > 1:
            groups.setdefault((session.socket, session.group), []).append(index)
    return groups.values()


def _survivor(facts: Sequence[ViewFacts], verdicts: Sequence[Verdict], members: list[int]) -> int | None:
    ending = [index for index in members if verdicts[index].action == END]
    # Compared with what tmux says the size is, so that a member we were not shown still counts as a holder. Where that
    # differs by member, with the least: when unsure, keep.
    if not ending or len(ending) < min(facts[index].group_size for index in members):
        return None
    return max(
        ending,
        key=lambda index: (facts[index].last_attached, facts[index].created, facts[index].id),
    )


def _verdict(facts: ViewFacts, action: str, reason: str) -> Verdict:
    return Verdict(facts.socket, facts.id, facts.name, action, reason, facts.parent)
