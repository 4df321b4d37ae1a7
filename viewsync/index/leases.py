"""The write lease of a session that is used from several hosts: the client library's own lock, with a token that is
asked for at the moment of typing, and a number that the pane remembers.

The number is what the index's clock said while the lease was ours, so that a later holder has a larger one; the pane's
tmux server refuses a text whose number is smaller than that of one it has taken: what was held up on its way.
"""

from __future__ import annotations

import math
import threading
import time

from viewsync import output
from viewsync.errors import LockTimeout
from viewsync.index import client, memory
from viewsync.index.rules import keys
from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redis import Redis
    from redis.lock import Lock

    from viewsync.context import Context, Fence

_STEP = 0.05  # seconds between two tries
_MARGIN = 0.1  # of a lease, which clocks may differ by
_RENEW = 0.3  # of a lease, after which it is renewed
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps


@contextlib.contextmanager
def hold(ctx: Context, identity: str, pane: str, timeout: float) -> Iterator[Fence | None]:
    """LockTimeout while others hold it. Without the index nobody is asked: None, and people are told once."""
    held = _taken(ctx, identity, pane, timeout)
    if held is None:
        yield None
        return
    try:
        yield held.number
    finally:
        held.leave()


def _taken(ctx: Context, identity: str, pane: str, timeout: float) -> _Held | None:
    try:
        held = _Held(client.Index(ctx), keys.lease(identity, pane))
        taken = held.take(timeout)
    except client.IndexUnavailable as error:
        if memory.failed(ctx, error.message):
            output.notes.append(f"{error.message}; senders on other hosts are not waited for")
        return None
    memory.works(ctx)
    if not taken:
        raise LockTimeout(
            f"another sender, on this host or another, has been at work on pane {pane} for {timeout:g}s",
            "try again, or wait longer with --lease-timeout",
        )
    return held


class _Held:
    def __init__(self, index: client.Index, name: str) -> None:
        self._index = index
        self._name = name
        how: dict[str, Any] = {"timeout": keys.LEASE, "blocking": False, "thread_local": False}
        self._lock: Lock = index.ask(lambda redis: redis.lock(name, **how))
        self._until = 0.0  # by our own clock: as long as it is surely ours
        self._last = (0, 0.0)  # the number, and when it was
        self._over = threading.Event()
        self._renewing = threading.Thread(target=self._renew, daemon=True)

    def take(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while True:
            begin = _now()
            if self._index.ask(lambda _: self._lock.acquire(blocking=False)):
                self._until = begin + keys.LEASE * (1 - _MARGIN)
                self._renewing.start()
                return True
            if time.monotonic() + _STEP > deadline:
                return False
            time.sleep(_STEP)

    def _renew(self) -> None:
        """As long as it is ours. An index that is away for a moment is asked again."""
        while not self._over.wait(keys.LEASE * _RENEW):
            begin = _now()
            try:
                self._index.ask(lambda _: self._lock.extend(keys.LEASE, replace_ttl=True))
            except client.IndexUnavailable:
                if _now() > self._until:
                    return
                continue
            self._until = begin + keys.LEASE * (1 - _MARGIN)

    def number(self, after: int) -> int:
        """Larger than `after`. LockTimeout where the lease is not ours any more, or nobody can say so."""
        try:
            token, now = self._index.ask_for(self._ask, _answer)
        except client.IndexUnavailable as error:
            if _now() > self._until:
                raise LockTimeout(f"{error.message}, and the lease of the session may have run out", _LOOK) from None
            last, since = self._last
            return max(last + math.ceil((_now() - since) * 1e6), after + 1) if last else after + 1
        if token != self._lock.local.token:
            raise LockTimeout("the lease of the session ran out, and somebody else may be sending", _LOOK)
        number = max(now, after + 1)
        self._last = (number, _now())
        return number

    def _ask(self, redis: Redis) -> Any:
        """Both at one moment."""
        together = redis.pipeline(transaction=True)
        together.get(self._name)
        together.time()
        return together.execute()

    def leave(self) -> None:
        """Where it is still ours. It runs out by itself."""
        self._over.set()
        with contextlib.suppress(client.IndexUnavailable):
            self._index.ask(lambda _: self._lock.release())
        self._index.close()


def _answer(told: Any) -> tuple[object, int]:
    """The token that stands there, and the index's clock in microseconds."""
    token, (seconds, micro) = told
    return token, int(seconds) * 1_000_000 + int(micro)


_LOOK = "nothing more was typed: look with `viewsync capture`, then send again"


def _now() -> float:
    return time.clock_gettime(_CLOCK)
