"""Print what exactly one pane shows.

-S and -E count as tmux does: 0 is the screen's first line, -1 the history's last, `-` as far as it goes. A value of
-S that is neither `-` nor a number is the server's socket; both may be given, and ./12 is a socket of that name.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from viewsync.commands import _args
from viewsync.errors import UsageError
from viewsync.output import Result
from viewsync.panes import capturing
from viewsync.registry.targets import Asked

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
    parser.add_argument("-t", "--target", default="", metavar="TARGET", help="session:window.pane, or an id")
    parser.add_argument("-L", dest="label", default="", metavar="NAME", help="the tmux server of that name")
    parser.add_argument(
        "-S",
        "--socket",
        dest="starts",
        action="append",
        default=[],
        metavar="START|PATH",
        help="the line to begin with (0), as -200 or - for all of the history; or the server's socket",
    )
    parser.add_argument("-E", dest="end", default="-", metavar="END", help="the line to end with (the screen's last)")
    parser.add_argument("--lines", default="", metavar="N", help="the last N lines, out of the history too")
    parser.add_argument("--all-history", action="store_true", help="the same as -S -")
    parser.add_argument("--main", action="store_true", help="the main screen, which a full-screen program hides")
    parser.add_argument("--join", action="store_true", help="put lines together that the pane was too narrow for")
    looks = parser.add_mutually_exclusive_group()
    looks.add_argument("--strip-ansi", action="store_true", help="plain text (the default)")
    looks.add_argument("--ansi", action="store_true", help="with colours and the like, and no other sequences")
    parser.add_argument(
        "--timestamps",
        action="store_true",
        help="the time of the capture before each line: tmux does not know when a line came",
    )
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    socket, start = _starts(parsed.starts)
    asked = Asked(parsed.label, socket, parsed.target, parsed.session)
    captured = capturing.capture(ctx, asked, _wish(parsed, start))
    stamp = f"{captured.captured_at} " if parsed.timestamps else ""
    if not parsed.json:
        text = "".join(f"{stamp}{each}\n" for each in captured.lines)
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    return Result(_data(captured, stamp))


def _starts(values: list[str]) -> tuple[str, str]:
    """The server's socket, and the line to begin with; "" for each that is not given."""
    lines = [each for each in values if re.fullmatch(r"-|[+-]?\d+", each, re.ASCII)]
    sockets = [each for each in values if each not in lines]
    if len(lines) > 1 or len(sockets) > 1:
        raise UsageError(f"-S: more than one {'line' if len(lines) > 1 else 'socket'}: {' '.join(values)}", "give one")
    return "".join(sockets), "".join(lines)


def _wish(parsed: argparse.Namespace, start: str) -> capturing.Wish:
    lengths = [
        each for each in (start and "-S", parsed.lines and "--lines", parsed.all_history and "--all-history") if each
    ]
    if len(lengths) > 1 or (parsed.lines and parsed.end != "-"):
        raise UsageError("which lines are meant?", "give either -S and -E, or --lines, or --all-history")
    at_most = _args.count(parsed.lines, "--lines: not a number of lines") if parsed.lines else 0
    if parsed.lines and not at_most:
        raise UsageError("--lines: not a number of lines: '0'", "a whole number from 1 on")
    first = None if parsed.all_history else _line(start or "0", "-S")
    return capturing.Wish(
        first=first,
        last=_line(parsed.end, "-E"),
        at_most=at_most,
        join=parsed.join,
        colours=parsed.ansi,
        main=parsed.main,
    )


def _line(text: str, option: str) -> int | None:
    """None for `-`."""
    if text == "-":
        return None
    if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII):
        raise UsageError(f"{option}: not a line: {text!r}", "a number as tmux counts lines, or - for as far as it goes")
    return int(text)


def _data(captured: capturing.Captured, stamp: str) -> dict[str, Any]:
    data = captured._asdict()
    return {**data, "lines": [f"{stamp}{each}" for each in captured.lines], "cursor": list(captured.cursor)}
