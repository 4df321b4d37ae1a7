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
    failed = [each for each in found if each.status == FAIL]
    data = {"checks": [each._asdict() for each in found], "ok": not failed, "fixed": fixed}
    return Result(data, _lines(found), code=1 if failed else 0)


def _lines(found: list[Check]) -> list[str]:
    rows: list[tuple[str, str, str]] = []
    for each in found:
        name = f"{each.name} ({os.path.basename(each.server)})" if each.server else each.name
        rows.append((_SIGNS[each.status], name, each.found))
        if each.status != OK and each.hint:
            rows.append(("", "", f"-> {each.hint}"))
    counts = {status: sum(each.status == status for each in found) for status in _SIGNS}
    fixable = any(each.fixable and each.status != OK for each in found)
    last = f"{counts[OK]} passed, {counts[WARN]} warned, {counts[FAIL]} failed"
    return [*table(("", "CHECK", "FOUND"), rows), "", last + (" (--fix repairs what it can)" if fixable else "")]
