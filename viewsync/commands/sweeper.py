"""Run the background sweeper here, start it in the background, stop it, or show whether it is running.

once: one sweep and what belongs to it, as a timer runs it; it prints nothing but what is new and wrong.
"""

from __future__ import annotations

from viewsync.commands import _args
from viewsync.output import Result, age, program
from viewsync.sweeper import control, timed
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done; for status: it is running, or a timer ran it lately",
    1: "an argument is wrong; the sweeper did not start or stop; for status: nothing sweeps",
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("run", "start", "stop", "status", "once"))
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.what == "run":
        from viewsync.sweeper import resident  # watchdog, 20 ms: only for the one that watches

        resident.run(ctx)
        return Result({"running": False, "pid": 0})
    if parsed.what == "once":
        return Result({"swept": timed.run(ctx)})
    if parsed.what == "stop":
        stopped = control.stop(ctx)
        return Result({"stopped": stopped}, ["stopped" if stopped else "the sweeper was not running"])
    found = control.start(ctx) if parsed.what == "start" else control.status(ctx.folder)
    last, now = timed.last(ctx.folder).at, ctx.clock()
    found |= {"last_timer_run": last} if last else {}
    lately = timed.lately(ctx, last)
    return Result(found, _lines(found, last, now, lately=lately), 0 if found["running"] or lately else 1)


def _lines(found: dict[str, Any], last: float, now: float, *, lately: bool) -> list[str]:
    if not found["running"]:
        if lately:
            return [f"a timer runs it: {age(now, last)} ago"]
        before = f"; a timer ran it {age(now, last)} ago" if last else ""
        return [f"not running; `{program()} sweeper start` starts it{before}"]
    lines = [f"running: process {found['pid']}"]
    if "since" in found:
        lines.append(f"started {age(now, found['since'])} ago, last sweep {age(now, found['last_sweep'])} ago")
        lines += [f"watching {folder}" for folder in found["watching"]]
    if found.get("problem"):
        lines.append(found["problem"])
    return lines
