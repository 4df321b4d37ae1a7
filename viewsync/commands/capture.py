"""Print what one pane shows.

-S and -E count lines as tmux does: 0 is the first line of the screen, -1 the last line of the history, and `-` means
as far as it goes. If the value of -S is neither `-` nor a number, it is the server's socket; you can give both, and
./12 is a socket with that name.
"""

from __future__ import annotations

import sys

from viewsync.commands import _args
from viewsync.errors import UsageError
from viewsync.light import re
from viewsync.output import Result
from viewsync.panes import capturing
from viewsync.registry.targets import TargetArgs
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    3: "no such pane",
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-s", "--session", default="", metavar="NAME", help="a registered session")
    parser.add_argument(
        "-t", "--target", default="", metavar="TARGET", help="session:window.pane, or a tmux id; names match exactly"
    )
    parser.add_argument(
        "-L", dest="label", default="", metavar="NAME", help="the tmux server with that name (as tmux -L)"
    )
    parser.add_argument(
        "-S",
        "--socket",
        dest="starts",
        action="append",
        default=[],
        metavar="START|PATH",
        help="the first line (0): -200, or - for all of the history; or the server's socket",
    )
    parser.add_argument("-E", dest="end", default="-", metavar="END", help="the last line (the last one of the screen)")
    parser.add_argument("--lines", default="", metavar="N", help="the last N lines, including the history")
    parser.add_argument(
        "--max-lines", default="", metavar="N", help="of more lines than N only the first and the last ones, N in all"
    )
    parser.add_argument("--all-history", action="store_true", help="the same as -S -")
    parser.add_argument("--main", action="store_true", help="the main screen, if a full-screen program hides it")
    parser.add_argument("--join", action="store_true", help="join lines that were wrapped because the pane is narrow")
    looks = parser.add_mutually_exclusive_group()
    looks.add_argument("--strip-ansi", action="store_true", help="plain text (the default)")
    looks.add_argument(
        "--ansi", action="store_true", help="keep colours and text attributes, and no other escape sequences"
    )
    parser.add_argument(
        "--timestamps",
        action="store_true",
        help="put the time of the capture before each line; tmux does not record when a line appeared",
    )
    _args.host(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    socket, start = _starts(parsed.starts)
    asked = TargetArgs(parsed.label, socket, parsed.target, parsed.session)
    captured = capturing.capture(*_args.reached(parsed, ctx, asked), _wish(parsed, start))
    stamp = f"{captured.captured_at} " if parsed.timestamps else ""
    if not parsed.json:
        text = "".join(f"{stamp}{line}\n" for line in captured.lines)
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    return Result(_data(captured, stamp))


def _starts(values: list[str]) -> tuple[str, str]:
    """The server's socket, and the line to begin with; "" for each that is not given."""
    lines = [value for value in values if re.fullmatch(r"-|[+-]?\d+", value, re.ASCII)]
    sockets = [value for value in values if value not in lines]
    if len(lines) > 1 or len(sockets) > 1:
        raise UsageError(
            f"-S names more than one {'line' if len(lines) > 1 else 'socket'}: {' '.join(values)}", "give one"
        )
    return "".join(sockets), "".join(lines)


def _wish(parsed: argparse.Namespace, start: str) -> capturing.CaptureOptions:
    lengths = [
        flag for flag in (start and "-S", parsed.lines and "--lines", parsed.all_history and "--all-history") if flag
    ]
    if len(lengths) > 1 or (parsed.lines and parsed.end != "-"):
        raise UsageError("-S and -E, --lines and --all-history exclude each other", "give one of the three")
    first = None if parsed.all_history else _line(start or "0", "-S")
    return capturing.CaptureOptions(
        first=first,
        last=_line(parsed.end, "-E"),
        at_most=_at_least_one(parsed.lines, "--lines"),
        join=parsed.join,
        colours=parsed.ansi,
        main=parsed.main,
        max_lines=_at_least_one(parsed.max_lines, "--max-lines"),
    )


def _at_least_one(text: str, option: str) -> int:
    """0 where it was not given."""
    if not text:
        return 0
    number = _args.count(text, f"{option}: not a number of lines")
    if not number:
        raise UsageError(f"{option}: not a number of lines: {text!r}", "use a whole number of at least 1")
    return number


def _line(text: str, option: str) -> int | None:
    """None for `-`."""
    if text == "-":
        return None
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise UsageError(
            f"{option}: not a line: {text!r}", "use a number as tmux counts lines, or - for as far as it goes"
        )
    return int(text)


def _data(captured: capturing.Captured, stamp: str) -> dict[str, Any]:
    data = captured._asdict()
    return {**data, "lines": [f"{stamp}{line}" for line in captured.lines], "cursor": list(captured.cursor)}
