"""What a check of `doctor` finds, and what mends it."""

from __future__ import annotations

from viewsync.typed import NamedTuple

OK, WARN, FAIL = "ok", "warn", "fail"

# What a finding puts at stake, the worst first.
WORK, ORPHANS, CONVENIENCE = STAKES = ("work", "orphans", "convenience")

# What --fix does by itself, in this order: nothing of it asks for a decision.
REGISTRY, INSTALL, SWEEP = FIXES = ("registry", "install", "sweep")


class Check(NamedTuple):
    name: str
    status: str
    found: str
    hint: str = ""  # what would do
    fix: str = ""  # one of FIXES, "" where --fix leaves it
    server: str = ""  # the socket, where it is about one server
    command: str = ""  # what mends it, as a shell takes it; "" where no command does
    decision: str = ""  # what there is to decide about that command
    at_stake: str = ORPHANS

    @property
    def fixable(self) -> bool:
        return bool(self.fix)
