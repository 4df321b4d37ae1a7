"""Run the background sweeper here, start it in the background, stop it, or show whether it is running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewsync.commands import _args
from viewsync.output import Result, age
from viewsync.sweeper import control

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context

EXIT_CODES = {
    0: "done; for status: it is running",
    1: "an argument is wrong; the sweeper did not start or stop; for status: it is not running",
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("run", "start", "stop", "status"))
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    if parsed.what == "run":
        from viewsync.sweeper import resident  # watchdog, 20 ms: only for the one that watches

        resident.run(ctx)
        return Result({"running": False, "pid": 0})
    if parsed.what == "stop":
        stopped = control.stop(ctx)
        return Result({"stopped": stopped}, ["stopped" if stopped else "the sweeper was not running"])
    found = control.start(ctx) if parsed.what == "start" else control.status(ctx.folder)
    code = 0 if found["running"] else 1
    return Result(found, _lines(found, ctx.clock()), code)


def _lines(found: dict[str, Any], now: float) -> list[str]:
    if not found["running"]:
        return ["not running; `viewsync sweeper start` starts it"]
    lines = [f"running: process {found['pid']}"]
    if "since" in found:
        lines.append(f"started {age(now, found['since'])} ago, last sweep {age(now, found['last_sweep'])} ago")
        lines += [f"watching {folder}" for folder in found["watching"]]
    if found.get("problem"):
        lines.append(found["problem"])
    return lines
