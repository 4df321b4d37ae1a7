"""Wait for output of a pane. Nothing of this can be seen in tmux.

Only output since the last `viewsync send` into the pane counts, without the echo of what was sent. If nothing was sent
into it, what is there already counts too.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.errors import UsageError
from viewsync.output import Result
from viewsync.panes import waiting
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.panes.waiting import Outcome, WaitCondition, Waited

EXIT_CODES = {
    0: "found (or idle, or ended, if you waited for that)",
    1: "time ran out (also if all that matched may be the echo, or old), or an argument is wrong",
    2: "a line matched --stop",
    3: "the pane is missing, or its program ended",
    4: _args.TMUX,
    5: _args.STATE,
}

# Options whose value may look like an option.
VERBATIM = ("-p", "--pattern", "--any", "--stop")
_ENDED = 3


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.target(parser)
    _args.host(parser)
    parser.add_argument(
        "-p",
        "--pattern",
        "--any",
        action="append",
        default=[],
        metavar="PATTERN",
        help="wait for a line that matches PATTERN; repeat for alternatives",
    )
    parser.add_argument(
        "-F", "--fixed", action="store_true", help="take patterns as plain text, not as regular expressions"
    )
    parser.add_argument(
        "--stop", action="append", default=[], metavar="PATTERN", help="stop waiting if a line matches PATTERN"
    )
    parser.add_argument("--idle", default="", metavar="DURATION", help="wait until there was no output for this long")
    parser.add_argument("--exit", action="store_true", help="wait until the program in the pane ends")
    parser.add_argument("-T", "--timeout", default="15", metavar="DURATION", help="give up after this long (15)")
    parser.add_argument(
        "-i", "--interval", default="", metavar="SECONDS", help="accepted for the shell tool's sake; not needed"
    )
    parser.add_argument(
        "-l", "--lines", default="1000", metavar="N", help="also look at this many lines of history (1000)"
    )
    since = parser.add_mutually_exclusive_group()
    since.add_argument(
        "--new", dest="since", action="store_const", const=waiting.NOW, help="count only output from now on"
    )
    since.add_argument(
        "--all", dest="since", action="store_const", const=waiting.ALL, help="count what was there before, too"
    )
    parser.add_argument("--compat", action="store_true", help="as the shell tool does: --all, and the echo counts")
    parser.add_argument("-o", "--output", action="store_true", help="print the output that appeared")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    wish = _wish(parsed)
    lines = _args.count(parsed.lines, "lines must be an integer")
    if parsed.interval:
        _args.duration(parsed.interval, "-i")
    since = waiting.ALL if parsed.compat else parsed.since or waiting.SENT
    waited = waiting.wait_in(*_args.reached(parsed, ctx), wish, since, lines)
    code = _code(waited.outcome, wish)
    told = waited.outcome.output if parsed.output else []
    warnings = _warnings(waited, wish, parsed) if code else []
    missing = waited.outcome.missing and (code or parsed.output)
    return Result(_data(waited), told, code, [*warnings, *([waiting.MISSING] if missing else [])])


def _wish(parsed: argparse.Namespace) -> WaitCondition:
    if not (parsed.pattern or parsed.idle or parsed.exit):
        raise UsageError("target and pattern are required", "give -p PATTERN, --idle DURATION or --exit")
    idle = _args.duration(parsed.idle, "--idle") if parsed.idle else 0.0
    if parsed.idle and not idle:
        raise UsageError("--idle: the time must be more than 0", "for example --idle 2s")
    return waiting.WaitCondition(
        patterns=[waiting.pattern(text, fixed=parsed.fixed) for text in parsed.pattern],
        stop=[waiting.pattern(text, fixed=parsed.fixed) for text in parsed.stop],
        idle=idle,
        exit=parsed.exit,
        timeout=_args.duration(parsed.timeout, "-T"),
    )


def _code(outcome: Outcome, wish: WaitCondition) -> int:
    if outcome.kind == waiting.EXITED:
        return 0 if wish.exit else _ENDED
    return {waiting.FOUND: 0, waiting.IDLE: 0, waiting.STOPPED: 2, waiting.TIMEOUT: 1, waiting.UNSURE: 1}[outcome.kind]


def _data(waited: Waited) -> dict[str, object]:
    outcome = waited.outcome
    return {
        "outcome": outcome.kind,
        "pattern": outcome.pattern or None,
        "line": outcome.line if outcome.pattern else None,
        "output": outcome.output,
        "exit_status": outcome.status,
        "full_screen": outcome.full_screen,
        "missing": outcome.missing,
        "session": waited.session,
        "target": waited.target,
    }


def _warnings(waited: Waited, wish: WaitCondition, parsed: argparse.Namespace) -> list[str]:
    outcome = waited.outcome
    if outcome.kind == waiting.STOPPED:
        return [f"stopped: a line matched {outcome.pattern!r}: {outcome.line}"]
    if outcome.kind == waiting.EXITED:
        status = "" if outcome.status is None else f" with status {outcome.status}"
        return [f"the program in {waited.target} ended{status} before that appeared"]
    wanted = " or ".join(pattern.text for pattern in wish.patterns) or (
        "silence" if wish.idle else "the end of the program"
    )
    shown = outcome.output[-_shown(parsed) :]
    told = [f"Last {len(shown)} lines from {waited.target}:", *shown] if shown else []
    over = f"Timed out after {parsed.timeout.removesuffix('s')}s waiting for pattern: {wanted}"
    return [over, *([waiting.remark(outcome)] if waiting.remark(outcome) else []), *told]


def _shown(parsed: argparse.Namespace) -> int:
    """Lines that are printed when time is over: enough to see why."""
    return min(_args.count(parsed.lines, "lines must be an integer"), 20)
