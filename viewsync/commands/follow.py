"""Print the output of a pane line by line, until its program ends. That is announced, and is not an error.

A line is printed once it is complete, or when its program waits behind it (`Password: `); of lines that are drawn over,
as progress is, the last state, and how many there were. Where more came at once than the pane's history holds, that is
said. What a program prints in the moment it ends is lost with its pane, unless tmux keeps the pane (`remain-on-exit`).
While the alternate screen is in use (an editor, a pager), nothing is printed.
"""

from __future__ import annotations

import sys

from viewsync.commands import _args
from viewsync.output import Result, complain, printable, show_line
from viewsync.panes import following
from viewsync.registry import rows, targets
from viewsync.typed import TYPE_CHECKING

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


_LOST = "lines are missing here: more came at once than the pane's history holds (tmux's history-limit)"


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.target(parser)
    _args.host(parser)
    parser.add_argument(
        "-n", "--lines", default="10", metavar="N", help="first print the last N lines that are there already (10)"
    )
    parser.add_argument("-T", "--timeout", default="", metavar="DURATION", help="stop after this long (never)")
    parser.add_argument(
        "--timestamps", action="store_true", help="put the time at which it appeared before each line, in UTC"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line, and one for the end")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    lines = _args.count(parsed.lines, "-n must be an integer")
    timeout = _args.duration(parsed.timeout, "-T") if parsed.timeout else 0.0
    ctx, asked = _args.reached(parsed, ctx)
    located = targets.locate(ctx, asked)
    news = following.News([])
    for news in following.follow(ctx, located.place, lines, timeout):
        _tell(news, rows.stamp(ctx.clock()), parsed)
    code = 1 if news.end == following.TIMEOUT else 0
    return Result(code=code, warnings=[] if parsed.json else [_ending(news, located.target)], printed=True)


def _tell(news: News, at: str, parsed: argparse.Namespace) -> None:
    if news.lost and parsed.json:
        show_line("follow", {"at": at, "event": "lost"})
    elif news.lost:
        sys.stdout.flush()
        complain(_LOST)
    for line, finished in (
        *((line, True) for line in news.lines),
        *([(news.unfinished, False)] if news.unfinished else []),
    ):
        if parsed.json:
            show_line("follow", {"at": at, "line": line, "finished": finished})
        else:
            print(f"{at} {printable(line)}" if parsed.timestamps else printable(line))
    if news.end and parsed.json:
        end = {"event": news.end, "exit_status": news.status, "drawn_over": news.drawn_over}
        show_line("follow", {"at": at, **end})
    sys.stdout.flush()


def _ending(news: News, target: str) -> str:
    status = "" if news.status is None else f" with status {news.status}"
    drawn_over = f"; {news.drawn_over} lines were drawn over" if news.drawn_over else ""
    ending = {
        following.GONE: f"{target} is gone: its program ended",
        following.EXITED: f"the program in {target} ended{status}",
        following.TIMEOUT: f"stopped following {target}: its program is still running",
    }[news.end]
    return ending + drawn_over
