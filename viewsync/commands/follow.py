"""Print what comes out of a pane, line by line, until its program ends: that is said, and is no error.

Each line is printed once it is finished. What a program prints in the moment that it ends goes with its pane, unless
tmux keeps that (`remain-on-exit`). With an alternate screen (an editor, a pager) nothing comes until it closes.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from viewsync.commands import _args
from viewsync.output import Result, printable
from viewsync.panes import following
from viewsync.registry import rows, targets

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.panes.following import News

EXIT_CODES = {
    0: "the program ended",
    1: "time ran out (-T), or an argument is wrong",
    3: "no such pane",
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.target(parser)
    parser.add_argument("-n", "--lines", default="10", metavar="N", help="lines that are there already (10)")
    parser.add_argument("-T", "--timeout", default="", metavar="DURATION", help="stop after that (never)")
    parser.add_argument("--timestamps", action="store_true", help="put before each line when it came, in UTC")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, the end included")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    lines = _args.count(parsed.lines, "-n must be an integer")
    timeout = _args.duration(parsed.timeout, "-T") if parsed.timeout else 0.0
    located = targets.locate(ctx, _args.asked(parsed))
    news = following.News([])
    for news in following.follow(ctx, located.place, lines, timeout):
        _tell(news, rows.stamp(ctx.clock()), parsed)
    code = 1 if news.end == following.TIMEOUT else 0
    return Result(code=code, warnings=[] if parsed.json else [_ending(news, located.target)], printed=True)


def _tell(news: News, at: str, parsed: argparse.Namespace) -> None:
    for line in news.lines:
        if parsed.json:
            _print_json({"at": at, "line": line})
        else:
            print(f"{at} {printable(line)}" if parsed.timestamps else printable(line))
    if news.end and parsed.json:
        _print_json({"at": at, "event": news.end, "exit_status": news.status})
    sys.stdout.flush()


def _print_json(value: dict[str, object]) -> None:
    print(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


def _ending(news: News, target: str) -> str:
    status = "" if news.status is None else f" with status {news.status}"
    return {
        following.GONE: f"{target} is gone: its program ended",
        following.EXITED: f"the program in {target} ended{status}",
        following.TIMEOUT: f"stopped following {target}: its program still runs",
    }[news.end]
