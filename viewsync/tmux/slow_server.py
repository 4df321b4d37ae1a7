"""Whether a server that has not answered yet is slow or hung: it is asked something trivial beside. Not for others.

tmux does one thing after the other, so whatever holds up the call holds up that question, too, and one that was
answered says that the server works. What the system tells of its process is less certain: one that is stopped now and
then is stopped whenever one looks, and one that waits for a processor looks like one that waits for nothing.
"""

from __future__ import annotations

import os
import time

from viewsync.errors import ViewsyncError
from viewsync.light import contextlib, signal
from viewsync.system import process
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

_LOOK = 0.05  # seconds between two looks at what has been answered
_STALL = 0.25  # seconds that one look counts at most: while we do not run ourselves, nobody is late
_GROWS = 5  # times the slowest answer that a call may take longer: tmux and its client talk forth and back for it


class Hung(process.TimedOut):
    """It answered nothing at all."""


def wait(
    question: Callable[[], Sequence[str]],
    env: Mapping[str, str],
    waited: float,
    bound: float,
    say: Callable[[float], None],
) -> Generator[float, None, None]:
    """Yields for how long to go on waiting, after `waited` seconds; Hung once the server answered nothing for `bound`
    seconds, TimedOut where it answers others and not this call. `say` gets told how long it has been, at each look.
    """
    pause, now, heard, slowest = waited, waited, 0.0, 0.0
    asked: process.Child | None = None
    sent = ask_at = now
    try:
        while True:
            if asked and asked.poll() is not None:
                if asked.returncode == 0:
                    heard, slowest = now, max(slowest, now - sent)
                asked, ask_at = None, now + pause
            if not asked and now >= ask_at:
                asked, sent, ask_at = _ask(question, env), now, now + pause
            if now - heard > bound:
                raise Hung(f"did not answer within {bound:g} s")
            if now > bound + _GROWS * slowest:
                raise process.TimedOut(f"answers, but did not do what it was asked within {now:.3g} s")
            say(now)
            before = time.monotonic()
            yield _LOOK
            now += min(time.monotonic() - before, _STALL)
    finally:
        if asked and asked.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(asked.pid, signal.SIGKILL)  # with what a script in tmux's place has started
            asked.wait()


def _ask(question: Callable[[], Sequence[str]], env: Mapping[str, str]) -> process.Child | None:
    """None where it cannot be asked now: the call itself will tell why."""
    with contextlib.suppress(ViewsyncError):
        return process.start_group(question(), cwd=".", env=env, output=process.NOWHERE)
    return None
