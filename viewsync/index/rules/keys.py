"""Where things stand in the index, and how long. All names have one tag, so that a cluster keeps them on one node."""

from __future__ import annotations

from viewsync.typed import NamedTuple

_TAG = "viewsync:{index}"
ROWS = f"{_TAG}:rows"  # hash: a host's id -> "EPOCH AT TTL DOCUMENT", times in milliseconds of the index's own clock
ENDS = f"{_TAG}:ends"  # sorted set: a host's id, by when its rows run out
EVENTS = f"{_TAG}:events"  # stream
TOLD = f"{_TAG}:told"  # hash: a host's id -> the number of its last event in the stream
PROBE = f"{_TAG}:probe"  # never there: whether it could be is what `doctor` asks

KEEP = 7 * 86400.0  # seconds for which a host that ran out is told of
MOST_HOSTS = 1000
MOST_EVENTS = 10_000  # about as many the stream keeps
AT_ONCE = 500  # events that one call publishes
LEASE = 10.0  # seconds that a write lease lasts unless it is renewed
_LEAST = 3.0
_ROUNDS = 3.0  # that may be missed before a host has run out


class Life(NamedTuple):
    ttl: float  # seconds
    renew: float  # seconds after which it is said again though nothing changed


def life(sweep_every: float) -> Life:
    ttl = max(_LEAST, _ROUNDS * sweep_every)
    return Life(ttl, ttl / _ROUNDS)


def lease(identity: str, pane: str) -> str:
    """`identity`: of the pane's tmux server, the same from wherever it is asked."""
    return f"{_TAG}:lease:{identity}:{pane}"


def next_epoch(last: int, now: float) -> int:
    """Later than all that were, also where nobody knows what there was; `now` in epoch seconds."""
    return max(last + 1, int(now * 1000))
