"""Watch the registered sessions live: their health, who is attached, what they use, and the last line of each.

up, down: choose; Enter, a: attach; K: end it; Q: quarantine it; /: filter; r: refresh; q: quit.
With --once or --json, the terminal is left alone.
"""

from __future__ import annotations

import os
import sys
import time

from viewsync.commands import _args, _view_rows
from viewsync.errors import UsageError
from viewsync.output import Result, age, printable, program, show_line, size, table
from viewsync.registry import rows as registry_rows
from viewsync.sessions.rules import health
from viewsync.system.rules import picture
from viewsync.system.rules.picture import Picture, TextCell, TextTable
from viewsync.text import cells
from viewsync.typed import TYPE_CHECKING, Any
from viewsync.usage import monitor_frames

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.usage.monitor_frames import Frame, SessionFrame
    from viewsync.usage.monitor_loop import Scene
    from viewsync.usage.today import Today

EXIT_CODES = {
    0: "you quit",
    1: "an argument is wrong, or there is no terminal",
    3: "the session that you attach to is gone",
    4: _args.TMUX,
    5: _args.STATE,
    129: "the terminal is gone",
    131: "SIGQUIT ended it",
    143: "SIGTERM ended it",
}

_HEAD = ("NAME", "PROJECT", "HEALTH", "ON IT", "VIEWS", "CPU", "MEMORY", "AGE", "LAST LINE")
_WIDTHS = ((4, 30), (7, 16), (6, 11), (5, 5), (5, 5), (6, 6), (8, 8), (4, 4))  # from, and up to; all but the last
_LEAST = 0.2  # seconds between two rounds
_KEYS = "up/down choose  enter attach  K end  Q quarantine  / filter  r refresh  q quit"
_STYLES = {health.ALIVE: picture.GOOD, health.UNKNOWN: picture.DOUBT}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("sessions",), default="sessions")
    parser.add_argument("--interval", default="2s", metavar="DURATION", help="the time between two updates (2s)")
    parser.add_argument("--once", action="store_true", help="print the current state as plain text, and exit")
    parser.add_argument("--json", action="store_true", help="print one JSON object per update, each on a line")


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    interval = _args.duration(parsed.interval, "--interval")
    if interval < _LEAST:
        raise UsageError(f"--interval: {parsed.interval!r} is too short", f"use at least {_LEAST:g}s")
    monitor = monitor_frames.Monitor(ctx)
    if parsed.json:
        return _as_json(monitor, interval, once=parsed.once)
    if parsed.once:
        frame = monitor.read()
        return Result(lines=_plain(frame), warnings=frame.problems)
    if not (os.isatty(0) and os.isatty(1)) or ctx.env.get("TERM", "") in ("", "dumb"):
        raise UsageError("monitor needs a terminal", "--once prints the current state, --json a line per update")
    from viewsync.usage import monitor_loop  # with rich, 40 ms: only for who looks at a live picture

    return Result(code=monitor_loop.watch(ctx, monitor, interval, _picture), printed=True)


def _as_json(monitor: monitor_frames.Monitor, interval: float, *, once: bool) -> Result:
    while True:
        frame = monitor.read()
        show_line("monitor", _data(frame))
        sys.stdout.flush()
        if once:
            return Result(printed=True)
        time.sleep(interval)


def _data(frame: Frame) -> dict[str, Any]:
    events = ("at", "event", "trigger", "session", "project", "reason", "what")
    return {
        "at": registry_rows.stamp(frame.at),
        "sessions": [_session(session) for session in frame.sessions],
        "views": [parent._asdict() for parent in frame.parents],
        "events": [{name: getattr(event, name) for name in events} for event in frame.events],
        "today": {
            "since": registry_rows.stamp(frame.today.since),
            "sessions_made": frame.today.made,
            "sessions_ended": sum(frame.today.ended.values()),
            "sessions_ended_by": {name.replace(" ", "_"): count for name, count in frame.today.ended.items()},
            "views": _view_rows.data(frame.today.views),
        },
        "problems": list(frame.problems),  # as `errors` was called before every verb had it
        "errors": list(frame.problems),
    }


def _session(session: SessionFrame) -> dict[str, Any]:
    return {
        "name": session.name,
        "project": session.row.project or None,
        "type": session.row.type,
        "socket": session.row.socket,
        "status": session.status,
        "quarantined": session.row.quarantined,
        "attached": session.attached,
        "views": len(session.views),
        "cpu_percent": session.cpu,
        "memory_bytes": session.memory,
        "created_at": registry_rows.stamp(session.created) if session.created else None,
        "last_line": session.line,
    }


def _plain(frame: Frame) -> list[str]:
    rows = [[cell.text for cell in _row(session, frame.at)] for session in frame.sessions]
    lines = table(_HEAD, rows) if rows else ["No sessions registered."]
    below = [cell.text for cell in _below(frame)]
    return [*lines, "", *below] if below else lines


def _row(session: SessionFrame, now: float) -> tuple[TextCell, ...]:
    """Under _HEAD."""
    status = "quarantined" if session.row.quarantined else session.status
    return (
        TextCell(printable(session.name)),
        TextCell(printable(session.row.project) or "-", picture.DIM),
        TextCell(status, _STYLES.get(session.status, picture.BAD)),
        TextCell("yes" if session.attached else "-"),
        TextCell(str(len(session.views) or "-")),
        TextCell("-" if session.cpu is None else f"{session.cpu:.1f}%"),
        TextCell(size(session.memory) if session.memory else "-"),
        TextCell(age(now, session.created) if session.created else "-"),
        TextCell(printable(" ".join(session.line.split())), picture.DIM),
    )


def _below(frame: Frame) -> list[TextCell]:
    """Views by their parent, what happened last, and what went wrong."""
    lines = [TextCell(printable(problem), picture.BAD) for problem in frame.problems]
    views = ", ".join(f"{parent.name} {parent.views} ({parent.attached} attached)" for parent in frame.parents)
    lines += [TextCell(f"views: {printable(views)}")] if views else []
    lines += [TextCell(printable(line)) for line in _today(frame.today)]
    return lines + [TextCell(printable(_told(event)), picture.DIM) for event in frame.events]


def _today(today: Today) -> list[str]:
    """Nothing where nothing came or went."""
    who = ", ".join(f"{count} {by}" for by, count in today.ended.items())
    ended = f"{sum(today.ended.values())} ended ({who})" if who else "0 ended"
    lines = [f"sessions today: {today.made} made, {ended}"] if today.made or who else []
    return lines + ([] if today.views.empty else [f"views today: {_view_rows.briefly(today.views)}"])


def _told(event: Event) -> str:
    when = time.strftime("%m-%d %H:%M:%S", time.localtime(event.at))
    reason = f": {event.reason}" if event.reason else ""
    return f"{when}  {f'{event.event} {event.session}'.strip()}{reason} ({event.trigger})"


def _picture(scene: Scene) -> Picture:
    frame, state = scene.frame, scene.state
    alive = sum(session.status == health.ALIVE for session in frame.sessions)
    attached = sum(session.attached for session in frame.sessions)
    title = f"{program()}: {len(frame.sessions)} sessions, {alive} alive, {attached} attached"
    if state.filter or state.typing:
        title += f"; {scene.fitting} with '{printable(state.filter)}'"
    chosen = next((at for at, session in enumerate(scene.shown) if session.name == state.chosen), -1)
    rows = [_row(session, frame.at) for session in scene.shown]
    return Picture(title, TextTable(_HEAD, _widths(rows), rows, chosen), _below(frame)[: scene.below], _foot(scene))


def _widths(rows: list[tuple[TextCell, ...]]) -> tuple[int, ...]:
    """As wide as what stands in them."""
    return tuple(
        max(least, min(most, max((cells.width(row[at].text) for row in rows), default=0)))
        for at, (least, most) in enumerate(_WIDTHS)
    )


def _foot(scene: Scene) -> TextCell:
    if scene.state.asked:
        return TextCell(printable(scene.state.asked.text), picture.DOUBT)
    if scene.state.typing:
        return TextCell(f"/{printable(scene.state.filter)}_", picture.HEAD)
    return TextCell(printable(scene.note), picture.DOUBT) if scene.note else TextCell(_KEYS, picture.DIM)
