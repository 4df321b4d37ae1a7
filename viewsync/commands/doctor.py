"""Check everything between a closed tab and the end of its view."""

from __future__ import annotations

import os

from viewsync.commands import _args
from viewsync.output import Result, named, table
from viewsync.setup import doctor
from viewsync.setup.rules import mending
from viewsync.setup.rules.checks import FAIL, OK, WARN, Check
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.setup.rules.mending import MendingCommand

EXIT_CODES = {
    0: "nothing failed",
    1: "a check failed, or an argument is wrong",
    4: "with --fix: tmux failed, or did not answer in time",
    5: "with --fix: the state folder or the registry cannot be used",
}

_SIGNS = {OK: "✓", WARN: "!", FAIL: "✗"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fix", action="store_true", help="do all that helps and needs no decision of yours, and say what is left"
    )
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    found = doctor.examine(ctx)
    mended = doctor.Mended([], [])
    if parsed.fix:
        mended = doctor.fix(ctx, found, _args.teller(parsed))
        found = doctor.examine(ctx) if mended.changes else found
    failed = [check for check in found if check.status == FAIL]
    commands = mending.commands(found)
    data = {
        "checks": [_data(check) for check in found],
        "ok": not failed,
        "fixed": mended.changes,
        "commands": [
            {
                "command": mend.command,
                "decision": mend.decision,
                "mends": [_named(check) for check in mend.checks],
            }
            for mend in commands[: mending.MOST]
        ],
        "left": [{"check": check.name, "server": check.server, "why": why} for check, why in mending.left(found)]
        if parsed.fix
        else [],
        "errors": mended.problems,
    }
    lines = _lines(found)
    if parsed.fix and (left := mending.left(found)):
        lines += ["", "Left:", *table(("", ""), [(f"  {_named(check)}", why) for check, why in left])[1:]]
    lines += _ending(commands)
    return Result(data, lines, code=1 if failed else 0, warnings=mended.problems)


def _data(check: Check) -> dict[str, Any]:
    return {**check._asdict(), "fixable": check.fixable}


def _named(check: Check) -> str:
    return f"{check.name} ({os.path.basename(check.server)})" if check.server else check.name


def _lines(found: list[Check]) -> list[str]:
    rows: list[tuple[str, str, str]] = []
    for check in found:
        rows.append((_SIGNS[check.status], _named(check), named(check.found)))
        if check.status != OK and check.hint:
            rows.append(("", "", f"-> {named(check.hint)}"))
    counts = {status: sum(check.status == status for check in found) for status in _SIGNS}
    last = f"{counts[OK]} passed, {counts[WARN]} warned, {counts[FAIL]} failed"
    return [*table(("", "CHECK", "FOUND"), rows), "", last]


def _ending(commands: list[MendingCommand]) -> list[str]:
    """What to do now: each command on a line of its own, to be copied."""
    if not commands:
        return []
    fixable = any(check.fixable for mend in commands for check in mend.checks)
    also = " (--fix does what needs no decision)" if fixable else ""
    lines = ["", f"To mend it, the most important first{also}:"]
    for number, mend in enumerate(commands[: mending.MOST], 1):
        why = f"; you decide: {mend.decision}" if mend.decision else ""
        lines += [f"{number}. {', '.join(_named(check) for check in mend.checks)}{why}", f"   {mend.command}"]
    return lines
