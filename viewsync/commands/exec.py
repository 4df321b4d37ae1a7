"""Run a command in the session's own shell, and print only its output. `cd` and `export` stay in effect.

A single word is a line of shell; several words are the words of one command.
"""

from __future__ import annotations

import binascii
import codecs
import shlex
import sys

from viewsync.commands import _args
from viewsync.errors import UsageError, ViewsyncError
from viewsync.output import Result, give_up
from viewsync.panes import executing
from viewsync.text import sanitize
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from viewsync.context import Context
    from viewsync.registry.targets import TargetArgs
    from viewsync.text.excerpts import Ends

EXIT_CODES = {
    0: "the command succeeded; a code that is not listed here is the command's own",
    121: "a line of output matched --stop; the command keeps running",
    122: "the command waits for input (--idle); it keeps running",
    123: "the line was typed, and the shell did not run it",
    124: "time ran out (--timeout, or --idle without output); the command keeps running",
    125: "viewsync could not run the command, or an argument is wrong",
    130: "the command was interrupted",
}
CODES = ((ViewsyncError, 125),)
VERBATIM = ("--stop",)
_STOPPED, _INPUT, _NOT_TAKEN, _TIMEOUT, _FAILED, _INTERRUPTED = 121, 122, 123, 124, 125, 130


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.target(parser)
    _args.host(parser)
    parser.add_argument("-T", "--timeout", default="300", metavar="DURATION", help="give up after this long (300)")
    parser.add_argument(
        "--idle", default="", metavar="DURATION", help="give up after this long without output, and say if it asks"
    )
    parser.add_argument(
        "--stop", action="append", default=[], metavar="PATTERN", help="stop waiting if a line matches PATTERN"
    )
    parser.add_argument(
        "--max-lines", default="", metavar="N", help="of more lines than N only the first and the last ones, N in all"
    )
    parser.add_argument("--subshell", action="store_true", help="nothing that the command changes lasts")
    parser.add_argument("--file", metavar="PATH", help="run the lines of this file; - for standard input")
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="a line of shell, or the words of a command")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    command = _command(parsed)
    kept = bytearray()
    show = kept.extend if parsed.json else _shown_safely() if sys.stdout.isatty() else _shown
    ends = _ends(parsed.max_lines, show) if parsed.max_lines else None
    timeout = _args.duration(parsed.timeout, "--timeout")
    _args.share(ctx)
    ctx, asked = _args.reached(parsed, ctx)
    ran = _where(asked)(ctx, asked, command, timeout, ends.take if ends else show, _options(parsed))
    if ends:
        ends.end()
    code, told = _outcome(ran, parsed)
    data = {
        "session": ran.session,
        "command": command,
        "outcome": ran.kind,
        "code": code if ran.kind == executing.INTERRUPTED else ran.code,
        "output": kept.decode("utf-8", "replace"),
        "output_base64": _base64(kept),
        "left_out": ends.left_out if ends else 0,
        "complete": ran.complete,
        "timed_out": ran.kind == executing.TIMEOUT,
        "waits_for_input": ran.waits_for_input,
        "seconds": round(ran.seconds, 3),
    }
    return Result(data, code=code, warnings=[told] if told else [])


def _where(asked: TargetArgs) -> Callable[..., executing.ExecutedCommand]:
    if not asked.far:
        return executing.execute
    from viewsync.hosts import executing as far_executing

    return far_executing.execute


def _command(parsed: argparse.Namespace) -> str:
    if parsed.file is None:
        return parsed.command[0] if len(parsed.command) == 1 else shlex.join(parsed.command)
    if parsed.command:
        raise UsageError("--file excludes a command", "give one of them")
    try:
        if parsed.file == "-":
            raw = sys.stdin.buffer.read()
        else:
            with open(parsed.file, "rb") as file:
                raw = file.read()
    except OSError as error:
        raise UsageError(
            f"cannot read {parsed.file}: {error.strerror}", "--file takes a file, or - for standard input"
        ) from None
    return raw.decode("utf-8", "surrogateescape").removesuffix("\n")


def _options(parsed: argparse.Namespace) -> executing.ExecOptions:
    idle = _args.duration(parsed.idle, "--idle") if parsed.idle else 0.0
    if parsed.idle and not idle:
        raise UsageError("--idle: the time must be more than 0", "for example --idle 2s")
    stop = []
    if parsed.stop:
        from viewsync.panes import waiting

        stop = [waiting.pattern(text) for text in parsed.stop]
    return executing.ExecOptions(idle, stop, parsed.subshell)


def _ends(at_most: str, show: Callable[[bytes], object]) -> Ends:
    from viewsync.text.excerpts import Ends

    number = int(at_most) if at_most.isascii() and at_most.isdigit() else 0
    if not number:
        raise UsageError(f"--max-lines: not a number of lines: {at_most!r}", "for example --max-lines 200")
    return Ends(number, show)


def _base64(output: bytearray) -> str | None:
    """None for text."""
    try:
        output.decode("utf-8")
    except UnicodeDecodeError:
        return binascii.b2a_base64(output, newline=False).decode("ascii")
    return None


def _outcome(ran: executing.ExecutedCommand, parsed: argparse.Namespace) -> tuple[int, str]:
    """The exit code, and what a person is told about it."""
    if ran.kind == executing.DONE and ran.code is not None:
        return ran.code, ""
    goes_on = f"the command keeps running in {ran.target}"
    asks = f"{goes_on}, and waits for input" + (f": {ran.line}" if ran.line else "")
    timeout = f"time ran out ({parsed.timeout}): "
    if ran.code is None:
        timeout += asks if ran.waits_for_input else goes_on
    else:
        timeout += (
            f"the command ended with {ran.code}, and its output is not complete, as {ran.target} shows no more of it"
        )
        timeout += " (does a C-s hold it?)"
    return {
        executing.STOPPED: (_STOPPED, f"stopped: a line matched --stop: {ran.line} ({goes_on})"),
        executing.INPUT: (_INPUT, asks),
        executing.IDLE: (_TIMEOUT, f"no output for {parsed.idle}: {goes_on}"),
        executing.INTERRUPTED: (_INTERRUPTED, f"interrupted: the shell in {ran.target} is back at its prompt"),
        executing.ENDED: (_FAILED, f"the shell in {ran.target} ended; its output up to then is complete"),
        executing.LOST: (_FAILED, "viewsync could not save the output (is the disk full?); the command keeps running"),
        executing.TIMEOUT: (_TIMEOUT, timeout),
        executing.NOT_TAKEN: (
            _NOT_TAKEN,
            f"the shell in {ran.target} did not run the command, whose line something else may have read; "
            "see `viewsync capture`",
        ),
    }[ran.kind]


def _shown(data: bytes) -> None:
    """The bytes as they are. Nobody listening any more is no reason to lose the exit code."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        give_up(sys.stdout)
    except OSError:
        raise ViewsyncError("stopped watching", "the command goes on") from None


def _shown_safely() -> Callable[[bytes], None]:
    """For a terminal: what does more than to show text is left out, also where it comes in pieces."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    waiting = ""

    def show(data: bytes) -> None:
        nonlocal waiting
        text, waiting = sanitize.whole(waiting + decoder.decode(data))
        _shown(sanitize.harmless(text, colours=True).encode("utf-8", "replace"))

    return show
