"""Run a command in the session's own shell, and print only its output. `cd` and `export` stay in effect.

A single word is a line of shell; several words are the words of one command.
"""

from __future__ import annotations

import codecs
import shlex
import sys
from typing import TYPE_CHECKING

from viewsync.commands import _args
from viewsync.errors import ViewsyncError
from viewsync.output import Result, give_up
from viewsync.panes import executing
from viewsync.text import sanitize

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from viewsync.context import Context

EXIT_CODES = {
    0: "the command succeeded; a code that is not listed here is the command's own",
    123: "the line was typed, and the shell did not run it",
    124: "time ran out; the command keeps running",
    125: "viewsync could not run the command, or an argument is wrong",
    130: "the command was interrupted",
}
CODES = ((ViewsyncError, 125),)
_INTERRUPTED = 130
_NOT_TAKEN = 123
_TIMEOUT = 124
_FAILED = 125


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.target(parser)
    parser.add_argument("-T", "--timeout", default="300", metavar="DURATION", help="give up after this long (300)")
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="a line of shell, or the words of a command")
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    command = parsed.command[0] if len(parsed.command) == 1 else shlex.join(parsed.command)
    kept = bytearray()
    show = _shown_safely() if sys.stdout.isatty() else _shown
    timeout = _args.duration(parsed.timeout, "--timeout")
    ran = executing.execute(ctx, _args.asked(parsed), command, timeout, kept.extend if parsed.json else show)
    code, told = _outcome(ran, parsed.timeout)
    data = {
        "session": ran.session,
        "command": command,
        "code": code if ran.kind == executing.INTERRUPTED else ran.code,
        "output": kept.decode("utf-8", "replace"),
        "complete": ran.complete,
        "timed_out": ran.kind == executing.TIMEOUT,
        "seconds": round(ran.seconds, 3),
    }
    return Result(data, code=code, warnings=[told] if told else [])


def _outcome(ran: executing.ExecutedCommand, timeout: str) -> tuple[int, str]:
    """The exit code, and what a person is told about it."""
    if ran.kind == executing.DONE and ran.code is not None:
        return ran.code, ""
    if ran.kind == executing.TIMEOUT and ran.code is not None:
        return _TIMEOUT, (
            f"time ran out ({timeout}): the command ended with {ran.code}, and its output is not complete, "
            f"as {ran.target} shows no more of it (does a C-s hold it?)"
        )
    return {
        executing.INTERRUPTED: (_INTERRUPTED, f"interrupted: the shell in {ran.target} is back at its prompt"),
        executing.ENDED: (
            _FAILED,
            f"the shell in {ran.target} ended; its output up to then is complete",
        ),
        executing.LOST: (_FAILED, "viewsync could not save the output (is the disk full?); the command keeps running"),
        executing.TIMEOUT: (_TIMEOUT, f"time ran out ({timeout}): the command keeps running in {ran.target}"),
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
