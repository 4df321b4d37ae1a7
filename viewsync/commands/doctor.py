"""Check everything between a closed tab and the end of its view."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewsync.commands import _args
from viewsync.output import Result, table
from viewsync.setup import doctor
from viewsync.setup.user_checks import FAIL, OK, WARN, Check

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "nothing failed",
    1: "a check failed, or an argument is wrong",
    4: "with --fix: tmux failed, or did not answer in time",
    5: "with --fix: the state folder or the registry cannot be used",
}

_SIGNS = {OK: "✓", WARN: "!", FAIL: "✗"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fix", action="store_true", help="repair what `viewsync install` sets up, and say what changed"
    )
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    found = doctor.examine(ctx)
    fixed: list[str] = []
    if parsed.fix:
        fixed = doctor.fix(ctx, found, _args.teller(parsed))
        found = doctor.examine(ctx) if fixed else found
    failed = [check for check in found if check.status == FAIL]
    data = {"checks": [check._asdict() for check in found], "ok": not failed, "fixed": fixed}
    return Result(data, _lines(found), code=1 if failed else 0)


def _lines(found: list[Check]) -> list[str]:
    rows: list[tuple[str, str, str]] = []
    for check in found:
        name = f"{check.name} ({os.path.basename(check.server)})" if check.server else check.name
        rows.append((_SIGNS[check.status], name, check.found))
        if check.status != OK and check.hint:
            rows.append(("", "", f"-> {check.hint}"))
    counts = {status: sum(check.status == status for check in found) for status in _SIGNS}
    fixable = any(check.fixable and check.status != OK for check in found)
    last = f"{counts[OK]} passed, {counts[WARN]} warned, {counts[FAIL]} failed"
    return [*table(("", "CHECK", "FOUND"), rows), "", last + (" (--fix repairs what it can)" if fixable else "")]
