"""Compare the registry with all tmux servers, in both directions, and report differences; with --repair, fix them.

This never ends a session. Sessions that are not registered and corrupt registry files that were set aside are
reported, but do not count as differences. With --project or --here only that project's sessions are compared, and those
that are not registered count: --repair registers them.

With --host it is about a tmux server of another host, whose sessions are in no registry here: texts that senders left
in its buffers, views that nobody uses, and the hooks that end views.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import UsageError
from viewsync.output import Result, named
from viewsync.projects import current_project, resetting
from viewsync.sessions import reconciling
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.projects.listing import Scope
    from viewsync.sessions.rules.drift import Finding, Key

EXIT_CODES = {
    0: "nothing differs, or everything was repaired",
    1: "something still differs, as a project's session that `viewsync run` is to complete; or an argument is wrong",
    2: "with --register: that name is registered already",
    3: "with --register: no session has exactly that name",
    4: "with --host: tmux failed there, or the host was not reached; with --register: the socket folder is not safe",
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--report", action="store_true", help="only report (the default)")
    what.add_argument("--repair", action="store_true", help="fix what can be fixed")
    what.add_argument("--register", default="", metavar="NAME", help="register the session with this name")
    _args.scope(parser)
    _args.server(parser)
    _args.host(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.host:
        return _of_host(parsed, ctx)
    scope = _args.scope_of(parsed, ctx)
    if any(scope):
        if parsed.register:
            raise UsageError("--register names one session", "leave out --project and --here")
        return _of_project(parsed, ctx, scope)
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
    return _told(parsed, found, lambda: reconciling.repair(ctx, found))


def _of_host(parsed: argparse.Namespace, ctx: Context) -> Result:
    from viewsync.hosts import reconciling as far_reconciling

    if parsed.register or parsed.project or parsed.here:
        raise UsageError("--register, --project and --here are for sessions of this host", "leave them out with --host")
    by_host = far_reconciling.findings(ctx, parsed.host, parsed.label, parsed.socket)
    found = [finding for mine in by_host.values() for finding in mine]
    return _told(parsed, found, lambda: far_reconciling.repair(ctx, by_host))


def _told(parsed: argparse.Namespace, found: list[Finding], repair: Callable[[], dict[Key, str]]) -> Result:
    tell = _args.teller(parsed)
    for finding in found if parsed.repair else []:
        if finding.repair:
            tell(f"{finding.name}: {finding.text}: {finding.repair}")
    failed = repair() if parsed.repair else {}
    remaining = [finding for finding in found if not finding.note and not _repaired(parsed, finding, failed)]
    data = {
        "findings": [_data(finding, repaired=_repaired(parsed, finding, failed)) for finding in found],
        "remaining": len(remaining),
        "repaired": sum(_repaired(parsed, finding, failed) for finding in found),
    }
    warnings = [f"{finding.name}: not repaired: {failed[finding.key]}" for finding in found if finding.key in failed]
    lines = [_line(finding) for finding in found if not (parsed.repair and finding.repair)]
    return Result(data, lines or [_end(found)], 1 if remaining else 0, warnings)


def _of_project(parsed: argparse.Namespace, ctx: Context, scope: Scope) -> Result:
    project = current_project.within(ctx, scope, parsed.label, parsed.socket)
    tell = _args.teller(parsed)
    findings: list[dict[str, Any]] = []
    lines, warnings = [], list(project.problems)
    for known, reset in resetting.plan(project.sessions):
        repair = resetting.DOES.get(reset.action, "")
        if not repair and reset.reason == resetting.IN_ORDER:
            continue
        if repair and parsed.repair:
            tell(f"{reset.name}: {reset.reason}: {repair}")
        problem = resetting.carry_out(ctx, known, reset) if parsed.repair else ""
        warnings += [f"{reset.name}: not repaired: {problem}"] if problem else []
        lines += [] if parsed.repair and repair else [f"{reset.name}: {named(reset.reason)}{_offer(repair)}"]
        # What is kept by somebody's wish, or is just being made, is as it should be.
        findings.append(
            {
                "kind": reset.action,
                "name": reset.name,
                "socket": reset.socket,
                "text": reset.reason,
                "repair": repair or None,
                "note": not repair and not known.doubt,
                "repaired": bool(repair and parsed.repair and not problem),
            }
        )
    remaining = sum(not finding["note"] and not finding["repaired"] for finding in findings)
    repaired = sum(finding["repaired"] for finding in findings)
    data = {"findings": findings, "remaining": remaining, "repaired": repaired}
    code = 1 if remaining or project.problems else 0
    return Result(data, lines or ["nothing else differs" if findings else "nothing differs"], code, warnings)


def _repaired(parsed: argparse.Namespace, finding: Finding, failed: dict[Key, str]) -> bool:
    return bool(parsed.repair and finding.repair and finding.key not in failed)


def _line(finding: Finding) -> str:
    return f"{finding.name}: {named(finding.text)}{_offer(finding.repair)}"


def _offer(repair: str) -> str:
    return f" (--repair: {repair})" if repair else ""


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
