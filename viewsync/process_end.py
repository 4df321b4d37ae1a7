"""What Python does for processes that live long, where a verb is over in an instant and has nothing of it."""

from __future__ import annotations

import atexit
import gc
import os
import sys

_MADE = (20_000, 2, 2)  # by default 700 objects, ten times and ten times: as many in the end, but not at the beginning


def look_for_cycles_later() -> None:
    """What a start makes stays, and Python would look forty times whether it is still used."""
    if hasattr(gc, "set_threshold"):  # another Python than CPython collects in other ways
        gc.set_threshold(*_MADE)


def at_once(code: int) -> None:
    """End with that code, without taking modules and classes apart one by one, if nothing else is left to do.

    Returns where there is more: threads to wait for, what somebody wants called at the end, a debugger or a profiler,
    output that cannot be written.
    """
    if "threading" in sys.modules or sys.gettrace() or sys.getprofile() or sys.flags.inspect or _has_callbacks():
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:  # Python tells of it
        return
    os._exit(code & 0xFF)


def _has_callbacks() -> bool:
    count = getattr(atexit, "_ncallbacks", None)
    return count is None or count() > 0
