"""Whether the index can do what hosts need of it, asked in one turn that changes nothing there."""

from __future__ import annotations

from viewsync.index import client
from viewsync.index.rules import keys
from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from redis import Redis

    from viewsync.context import Context

# A write as a lease is one, of a key that is not there: refused where no other would be taken, and done to nothing.
_WRITE = "return redis.call('SET', KEYS[1], '', 'XX', 'PX', 1)"
_DROPPING = tuple(f"{of}-{which}" for of in ("allkeys", "volatile") for which in ("lru", "lfu", "lrm", "random", "ttl"))


class Ready(NamedTuple):
    shown: str  # its address, as people may see it
    hosts: int
    drops: str  # the policy by which it drops keys when it is full; "" where it drops none, or does not say


def look(ctx: Context) -> Ready:
    """IndexUnavailable says what is missing."""
    index = client.Index(ctx)
    try:
        hosts, drops = index.ask_for(_look, _answer)
    finally:
        index.close()
    return Ready(index.shown, hosts, drops)


def _look(redis: Redis) -> Any:
    from redis.exceptions import NoPermissionError

    hosts = redis.hlen(keys.ROWS)
    redis.zcard(keys.ENDS)  # each refuses a key of another kind
    redis.xlen(keys.EVENTS)
    redis.hlen(keys.TOLD)
    redis.register_script(_WRITE)(keys=[keys.PROBE])
    with contextlib.suppress(NoPermissionError):
        return hosts, redis.info("memory")
    return hosts, {}


def _answer(told: Any) -> tuple[int, str]:
    hosts, memory = told
    policy = str(memory.get("maxmemory_policy"))
    return int(hosts), policy if memory.get("maxmemory") and policy in _DROPPING else ""
