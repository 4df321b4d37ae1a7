"""Compare the registry with all tmux servers, in both directions, and report differences; with --repair, fix them.

This never ends a session. Sessions that are not registered and corrupt registry files that were set aside are
reported, but do not count as differences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewsync.commands import _args
from viewsync.errors import UsageError
from viewsync.output import Result
from viewsync.sessions import reconciling
from viewsync.tmux import sockets

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.sessions.rules.drift import Finding, Key

EXIT_CODES = {
    0: "nothing differs, or everything was repaired",
    1: "something still differs, or an argument is wrong",
    2: "with --register: that name is registered already",
    3: "with --register: no session has exactly that name",
    4: "with --register: the folder of tmux's sockets is not safe",
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--report", action="store_true", help="only report (the default)")
    what.add_argument("--repair", action="store_true", help="fix what can be fixed")
    what.add_argument("--register", default="", metavar="NAME", help="register the session with this name")
    _args.server(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    reading = reconciling.read(ctx)
    one = parsed.label or parsed.socket
    if parsed.register:
        socket = sockets.socket_of(ctx.env, parsed.label, parsed.socket) if one else ""
        socket = reconciling.register(ctx, reading, parsed.register, socket)
        data = {"name": parsed.register, "socket": socket, "registered": True}
        return Result(data, [f"{parsed.register}: registered, on {socket}"])
    if one:
        raise UsageError("-L and -S only work with --register", "without it, all servers are compared")
    found = reconciling.findings(ctx, reading)
    tell = _args.teller(parsed)
    for finding in found if parsed.repair else []:
        if finding.repair:
            tell(f"{finding.name}: {finding.text}: {finding.repair}")
    failed = reconciling.repair(ctx, found) if parsed.repair else {}
    remaining = [finding for finding in found if not finding.note and not _repaired(parsed, finding, failed)]
    data = {
        "findings": [_data(finding, repaired=_repaired(parsed, finding, failed)) for finding in found],
        "remaining": len(remaining),
        "repaired": sum(_repaired(parsed, finding, failed) for finding in found),
    }
    warnings = [f"{finding.name}: not repaired: {failed[finding.key]}" for finding in found if finding.key in failed]
    lines = [_line(finding) for finding in found if not (parsed.repair and finding.repair)]
    return Result(data, lines or [_end(found)], 1 if remaining else 0, warnings)


def _repaired(parsed: argparse.Namespace, finding: Finding, failed: dict[Key, str]) -> bool:
    return bool(parsed.repair and finding.repair and finding.key not in failed)


def _line(finding: Finding) -> str:
    repair = f" (--repair: {finding.repair})" if finding.repair else ""
    return f"{finding.name}: {finding.text}{repair}"


def _end(found: list[Finding]) -> str:
    return "nothing else differs" if found else "nothing differs"


def _data(finding: Finding, *, repaired: bool) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "name": finding.name,
        "socket": finding.socket or None,
        "text": finding.text,
        "repair": finding.repair or None,
        "note": finding.note,
        "repaired": repaired,
    }
