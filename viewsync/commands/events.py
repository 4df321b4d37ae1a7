"""Print what happened to sessions and views, oldest first; with --follow go on with what happens from now on.

With --everywhere what happened on all hosts that share an index: each says there what it has written into its history.
"""

from __future__ import annotations

import os
import sys
import time

from viewsync.commands import _args
from viewsync.errors import ViewsyncError
from viewsync.output import Result, complain, printable, show_line
from viewsync.registry.rows import stamp
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from viewsync.context import Context
    from viewsync.events import Event

EXIT_CODES = {
    0: "done; with --follow: the time of -T is over",
    1: "an argument is wrong, or the index does not answer",
    5: _args.STATE,
}
_STEP = 0.2  # seconds between two looks at the history's files
_MOST = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", "--lines", default="20", metavar="N", help="print the last N events (20)")
    _args.completes(
        "session",
        parser.add_argument("-s", "--session", default="", metavar="NAME", help="only of this session and its views"),
    )
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what happens from now on")
    _args.everywhere(parser)
    parser.add_argument(
        "-T", "--timeout", default="", metavar="DURATION", help="stop following after this long (never)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per event")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    lines = min(_args.count(parsed.lines, "-n must be an integer"), _MOST)
    seconds = _args.duration(parsed.timeout, "-T") if parsed.timeout else float("inf")
    deadline = time.monotonic() + seconds

    def over() -> bool:
        return time.monotonic() >= deadline

    source = _everywhere if parsed.everywhere else _here
    for host, event in source(parsed, ctx, lines, over):
        _show(host, event, as_json=parsed.json)
    return Result(printed=True)


def _here(
    parsed: argparse.Namespace, ctx: Context, lines: int, over: Callable[[], bool]
) -> Iterator[tuple[str, Event]]:
    history, session = ctx.history, parsed.session
    before = _look(history.path)
    last = history.numbers()[0]
    known = history.about(session, lines) if session else history.find("id <= ?", (last,), lines)
    for event in known[::-1]:
        yield "", event
    while parsed.follow and not over():
        time.sleep(_STEP)
        now = _look(history.path)
        if now == before:
            continue
        before, newest = now, history.numbers()[0]
        last = last if last <= newest else 0  # another history than before
        for _, event in history.numbered(last, newest):
            if not session or session in (event.session, event.parent):
                yield "", event
        last = newest


def _look(path: str) -> tuple[int, ...]:
    """Something that changes when something is written."""
    found: list[int] = []
    for part in (path, f"{path}-wal"):
        try:
            seen = os.stat(part)
        except OSError:
            continue
        found += [seen.st_ino, seen.st_size, seen.st_mtime_ns]
    return tuple(found)


def _everywhere(
    parsed: argparse.Namespace, ctx: Context, lines: int, over: Callable[[], bool]
) -> Iterator[tuple[str, Event]]:
    from viewsync.index import streaming  # nobody else pays for it

    since = streaming.BEGIN
    try:
        found, since = streaming.recent(ctx, lines, parsed.session)
    except ViewsyncError as error:
        if not parsed.follow or error.kind != "index":
            raise
        found = []
    for one in found:
        yield one.host, one.event
    if not parsed.follow:
        return
    sys.stdout.flush()
    for new in streaming.follow(ctx, since, complain, over):
        if new and streaming.is_about(new, parsed.session):
            yield new.host, new.event


def _show(host: str, event: Event, *, as_json: bool) -> None:
    if as_json:
        show_line("events", {"host": host or None, **event._asdict()})
    else:
        where = f"{host} " if host else ""
        what = f"{event.what} {event.session}" if event.session else event.what
        why = f": {event.reason}" if event.reason else ""
        print(printable(f"{stamp(event.at)} {where}{event.event} {what}{why} ({event.trigger})"))
    sys.stdout.flush()
