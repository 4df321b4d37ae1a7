"""cleanup-sessions.sh: forget registered sessions that are gone or old. It ends none: a script that calls it by this
name has never ended one. `viewsync cleanup` does.
"""

from __future__ import annotations

from viewsync.errors import LockTimeout, ViewsyncError
from viewsync.light import re
from viewsync.output import Result
from viewsync.sessions import expiring
from viewsync.sessions.rules.expiry import FORGET, ExpiryCriteria, Limit
from viewsync.shell_tools.tool import Call, Misuse, Tool
from viewsync.text import durations
from viewsync.tmux.rules.model import END, KEEP
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.sessions.expiring import ExpiryItem

_USAGE = """[--dry-run] [--all] [--older-than DURATION]

Removes sessions from the registry: those that are dead, missing or zombies. No tmux session is ended.

  --dry-run                only say what would be removed
  --all                    remove every session, also those that live
  --older-than DURATION    remove those, too, that nobody used for so long: 30m, 2h, 1d"""


def run(call: Call) -> Result:
    older = _limit(call.given["--older-than="]) if "--older-than=" in call.given else None
    everything = "--all" in call.given
    # Age is counted from the last use, not from the creation. Where age does not matter, nor does who is on it.
    wish = ExpiryCriteria(everything, older, compat=call.compat or everything or not older)
    items, errors = expiring.plan(call.ctx, wish)
    errors += [
        f"Warning: {item.listed.row.name} is kept: {item.verdict.reason}" for item in items if item.verdict.spared
    ]
    going = [_forgotten(item) for item in items if item.verdict.action != KEEP]
    if not items:
        return Result(lines=["No sessions in registry."])
    if not going:
        return Result(lines=["No sessions to clean up."], warnings=errors)
    told = [f"  - {item.listed.row.name} ({item.verdict.reason})" for item in going]
    if "--dry-run" in call.given:
        return Result(lines=[f"Dry-run mode: Would remove {len(going)} session(s):", *told], warnings=errors)
    done = expiring.carry_out(call.ctx, going)
    failed = [f"    Warning: Failed to remove {item.listed.row.name}: {item.problem}" for item in done if item.problem]
    removed = sum(item.removed for item in done)
    lines = [f"Removing {len(going)} session(s):", *told, f"Removed {removed} session(s) successfully."]
    return Result(lines=lines, warnings=[*errors, *failed])


def _limit(text: str) -> Limit:
    seconds = durations.seconds(text, unit=True) if re.fullmatch(r"[0-9]+[smhd]", text) else None
    if seconds is None:
        raise Misuse(f"Invalid duration format: {text}", "Use format like: 30m, 2h, 1d")
    return Limit(seconds, text)


def _forgotten(item: ExpiryItem) -> ExpiryItem:
    """The row alone."""
    verdict = item.verdict
    return item._replace(verdict=verdict._replace(action=FORGET, save=False)) if verdict.action == END else item


TOOL = Tool(
    usage=_USAGE,
    options={"--dry-run": "--dry-run", "--all": "--all", "--older-than": "--older-than="},
    run=run,
    codes=((LockTimeout, 75), (ViewsyncError, 1)),
)
