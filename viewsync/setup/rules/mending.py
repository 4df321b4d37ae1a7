"""Which commands mend what was found, the most important first."""

from __future__ import annotations

from viewsync.setup.rules.checks import FAIL, OK, STAKES, Check
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 3  # that are shown: who has done these looks again


class MendingCommand(NamedTuple):
    command: str
    decision: str
    checks: list[Check]  # what it mends


def commands(found: Sequence[Check]) -> list[MendingCommand]:
    """Each once. What can lose work comes before what leaves orphans, and that before what is a convenience."""
    bad = sorted(
        (check for check in found if check.status != OK and check.command),
        key=lambda check: (STAKES.index(check.at_stake), check.status != FAIL),
    )
    mended: dict[str, list[Check]] = {}
    for check in bad:
        mended.setdefault(check.command, []).append(check)
    return [MendingCommand(command, checks[0].decision, checks) for command, checks in mended.items()]


def left(found: Sequence[Check]) -> list[tuple[Check, str]]:
    """What --fix leaves, each with the reason."""
    return [(check, _why(check)) for check in found if check.status != OK]


def _why(check: Check) -> str:
    if check.fix:
        return "it was mended, and is there again"
    if check.decision:
        return f"you decide: {check.decision}"
    return check.hint or "no command mends it"
