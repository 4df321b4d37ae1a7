"""The sweeper as a timer starts it: one round, and nothing stays but a line for the next one and for `doctor`."""

from __future__ import annotations

import os

from viewsync import output
from viewsync.light import json
from viewsync.store import lock, own_files
from viewsync.sweeper import control
from viewsync.sweeper.rounds import Rounds
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context

FILE = ".sweeper.timer"  # held while a round is under way; what stands in it is of the last one
_RUNS = 3  # that may be missed, as of a machine that slept
_LATE = 60.0  # seconds


class LastRound(NamedTuple):
    """Times are epoch seconds, 0 for never."""

    at: float = 0.0
    sampled: float = 0.0
    problems: tuple[str, ...] = ()


def run(ctx: Context) -> bool:
    """False where there is nothing to do, since another sweeper is at it."""
    if control.status(ctx.folder)["running"]:
        ctx.log.info("sweeper: the resident one runs, so the timer has nothing to do")
        return False
    handle = lock.try_exclusive(os.path.join(ctx.folder, FILE))
    if handle is None:
        ctx.log.info("sweeper: the run before is still under way")
        return False
    try:
        before = last(ctx.folder)
        rounds = Rounds(ctx, ctx.clock, before.problems, before.sampled)
        problems = rounds.sweep()
        rounds.tell([*output.take_notes(), *problems])
        told = LastRound(ctx.clock(), rounds.sampled, tuple(problems))
        text = json.dumps(told._asdict()).encode("utf-8", "backslashreplace")
        os.pwrite(handle, text, 0)
        os.ftruncate(handle, len(text))
    finally:
        os.close(handle)
    return True


def last(folder: str) -> LastRound:
    """What the last round told of itself. One that was killed meanwhile has told nothing, or half."""
    try:
        told = json.loads(own_files.read(os.path.join(folder, FILE)) or "{}")
        found = LastRound(float(told["at"]), float(told["sampled"]), tuple(map(str, told["problems"])))
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return LastRound()
    return found if 0 <= found.at < 2**53 else LastRound()


def lately(ctx: Context, at: float) -> bool:
    """Whether a run then is so fresh that the timer goes on. One may be late, and the one before may take long."""
    return bool(at) and -_LATE <= ctx.clock() - at < _RUNS * float(ctx.config["sweep_every"]) + _LATE
