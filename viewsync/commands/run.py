"""Create the session that a project's command describes, or add what is missing. This ends nothing in it.

NAME is a file in .viewsync/commands or .prj/commands, in this folder or above it, else in commands/ in your
configuration folder, or the path of a file. --diff shows what differs from the file and changes nothing; --apply also
changes what it can without ending anything.
"""

from __future__ import annotations

import sys

from viewsync.commands import _args
from viewsync.errors import UsageError, ViewsyncError
from viewsync.light import quote
from viewsync.output import Result, program, show
from viewsync.project_files import loading
from viewsync.projects import running
from viewsync.projects.rules.diff import DIFFERENT, EXTRA, MISSING
from viewsync.tmux import sockets
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.project_files.rules.plan import Plan
    from viewsync.projects.rules.diff import Difference
    from viewsync.projects.running import RunResult
    from viewsync.tmux.server import Tmux

EXIT_CODES = {
    0: "done",
    1: "an argument or the file is wrong, a step failed or is not trusted, or there is no terminal",
    2: "with --diff: something differs",
    3: "somebody else ended the session meanwhile",
    4: _args.TMUX,
    5: _args.STATE,
    6: "the session is there and is kept, but not all that the file has could be made or typed",
    75: "another process is making this session, or holds the registry",
}

VERBATIM = ("-e", "-w", "--window")


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.completes(
        "command files",
        parser.add_argument(
            "name",
            nargs="?",
            default="",
            metavar="NAME",
            help="a command of the project, or your own, or the path of its file",
        ),
    )
    parser.add_argument("arguments", nargs="*", metavar="KEY=VALUE", help="an argument of the command")
    parser.add_argument(
        "-e",
        dest="environment",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a variable; NAME alone takes your value",
    )
    _args.called(parser)
    parser.add_argument(
        "--no-startup",
        action="store_false",
        dest="startup",
        help="run none of its start, pre-create, post-create and restart steps",
    )
    _args.windows(parser)
    attach = parser.add_mutually_exclusive_group()
    attach.add_argument("--attach", action="store_true", default=None, help="attach to the session")
    attach.add_argument(
        "--no-attach", action="store_false", dest="attach", help="do not attach, whatever the file says"
    )
    changes = parser.add_mutually_exclusive_group()
    changes.add_argument("--diff", action="store_true", help="show what differs, and change nothing")
    changes.add_argument("--apply", action="store_true", help="also change what differs")
    changes.add_argument(
        "--append", action="store_true", help="put its windows into the tmux session that you are in, behind the others"
    )
    _args.server(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    try:
        return _run(parsed, ctx)
    except ViewsyncError as error:
        if not parsed.attach or parsed.json:
            raise
        from viewsync.commands import _tab  # only where it was to become a tab's client

        return _tab.told(ctx, error)


def _run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.diff and parsed.attach:
        raise UsageError("--diff and --attach exclude each other", "give one of them")
    if parsed.append and (parsed.attach or parsed.called):
        raise UsageError("--append takes neither --attach nor --as", "it makes no session: you are in its session")
    request = loading.Request(
        parsed.name, parsed.arguments, parsed.environment, parsed.windows, parsed.called or "", startup=parsed.startup
    )
    draft = loading.load(ctx, request)
    plan = loading.plan(draft)
    named = parsed.label or parsed.socket or parsed.append  # that is to the session that one is in
    socket = plan.socket if plan.socket and not named else sockets.socket_of(ctx.env, parsed.label, parsed.socket)

    def renamed(name: str) -> Plan:
        return loading.plan(draft, name)

    if parsed.append:
        from viewsync.projects import appending

        return _result(ctx.tmux, appending.append(ctx, plan, socket, renamed), [parsed.name], appended=True)
    if parsed.diff:
        return _compared(running.compare(ctx, plan, socket, renamed), plan.file)
    ran = running.run(ctx, plan, socket, renamed, apply=parsed.apply)
    result = _result(ctx.tmux, ran, [parsed.name, *(["--as", parsed.called] if parsed.called else ())])
    wanted = plan.auto_attach and not parsed.json if parsed.attach is None else parsed.attach
    if not wanted or ran.server is None:
        return result
    from viewsync.projects import attaching  # only for who wants to go there

    attaching.check(ctx.env, socket, ran.name)
    show(result, parsed.json, "run")
    sys.stdout.flush()
    attaching.go(ctx, ran.server, ran.session, ran.name)
    return Result(printed=True)


def _result(tmux: Tmux, ran: RunResult, command: list[str], *, appended: bool = False) -> Result:
    attach = tmux.to_attach(ran.socket, ran.name)
    data = {
        "name": ran.name,
        "socket": ran.socket,
        "session_id": ran.session,
        "action": ran.action,
        "windows": list(ran.windows),
        "panes": list(ran.panes),
        "changed": [difference._asdict() for difference in ran.changed],
        "differences": [difference._asdict() for difference in ran.differences],
        "attach": attach,
        "warnings": list(ran.warnings),
        "unmade": list(ran.unmade),
        "steps": [{"name": step.name, "stage": step.stage, "problem": step.problem} for step in ran.steps],
    }
    lines = [f"{ran.name}: {_done(ran)}"]
    lines += [f"  changed {_told(difference)}" for difference in ran.changed]
    left = [difference for difference in ran.differences if difference.kind != EXTRA and not difference.quiet]
    if left:
        count = f"{len(left)} difference{'s' if left[1:] else ''}"
        lines.append(f"  {count} from its file; see `{program()} run {' '.join(map(quote, command))} --diff`")
    if not appended:
        lines.append(f"attach with: {program()} attach {quote(ran.name)}   or: {' '.join(map(quote, attach))}")
    return Result(data, lines, code=6 if ran.unmade else 0, warnings=ran.warnings)


def _done(ran: RunResult) -> str:
    added = ", ".join([*ran.windows, *ran.panes])
    return f"{ran.action}, with {added}" if added else ran.action


def _compared(ran: RunResult, file: str) -> Result:
    data: dict[str, Any] = {
        "name": ran.name,
        "socket": ran.socket,
        "exists": ran.action != running.ABSENT,
        "differences": [difference._asdict() for difference in ran.differences],
    }
    if ran.action == running.ABSENT:
        return Result(data, [f"{ran.name}: the session does not exist; `{program()} run` creates it"], code=2)
    if not ran.differences:
        return Result(data, [f"{ran.name}: matches {file}"])
    return Result(data, [f"{ran.name}:", *(f"  {_line(difference)}" for difference in ran.differences)], code=2)


def _line(each: Difference) -> str:
    if each.kind == MISSING:
        return f"- {each.what} is missing"
    if each.kind == EXTRA:
        return f"+ {each.what} ({each.found}) is not in the file"
    return f"~ {_told(each)}{'' if each.can else ' (stays as it is: changing it would end something)'}"


def _told(each: Difference) -> str:
    if each.kind != DIFFERENT:
        return each.what
    return f"{each.what}: {each.found or 'unset'!r}, in the file {each.wanted!r}"
