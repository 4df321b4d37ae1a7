"""How a clean-up is told: the same reasons for people and for programs."""

from __future__ import annotations

from viewsync.output import Result
from viewsync.tmux.rules.model import END, KEEP, PROMOTE, Verdict
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.views.cleanup import Swept

_DONE = {END: "ended", PROMOTE: "promoted", KEEP: "kept"}


def result(swept: Swept, *, dry_run: bool, verbose: bool) -> Result:
    counts = {done: swept.count(action) for action, done in _DONE.items()}
    data = {
        **counts,
        "failed": len(swept.failed),
        "dry_run": dry_run,
        "verdicts": [row(verdict) for verdict in swept.verdicts],
        "errors": swept.errors,
    }
    shown = swept.verdicts if verbose or dry_run else [verdict for verdict in swept.verdicts if verdict.action != KEEP]
    lines = [_line(verdict, dry_run=dry_run, passed=verdict not in swept.failed) for verdict in shown]
    would = "would have " if dry_run else ""
    lines.append(would + ", ".join(f"{done} {count}" for done, count in counts.items()))
    return Result(data, lines, code=4 if swept.errors else 0, warnings=swept.errors)


def row(verdict: Verdict) -> dict[str, str]:
    return {
        "socket": verdict.socket,
        "session": verdict.session,
        "action": verdict.action,
        "reason": verdict.reason,
    }


def _line(verdict: Verdict, *, dry_run: bool, passed: bool) -> str:
    if not passed:
        return f"{verdict.session}: skipped: the session changed during cleanup"
    action = f"would {verdict.action}" if dry_run else _DONE[verdict.action]
    named = f" as {verdict.parent}" if verdict.action == PROMOTE else ""
    return f"{verdict.session}: {action}{named} ({verdict.reason})"
