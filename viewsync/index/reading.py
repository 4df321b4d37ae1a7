"""The rows of all hosts: this one's as they are, the others' as they said them last, in one round trip."""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.index import client, collecting, naming
from viewsync.index.rules import keys, rows
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from redis import Redis

    from viewsync.context import Context
    from viewsync.index.rules.rows import HostRows


_LARGEST = 64_000_000  # bytes of all hosts' rows that are read


class Everywhere(NamedTuple):
    hosts: list[HostRows]
    problems: list[str]


def check(ctx: Context) -> None:
    """UsageError where no index is set."""
    if not ctx.config["index"]:
        raise UsageError(
            "--everywhere reads the index that hosts share, and the setting index names none",
            "set it in config.toml; `--host` asks a host by ssh, and needs none",
        )


def hosts(ctx: Context) -> Everywhere:
    """By name. Without the index those of this host alone, and why."""
    check(ctx)
    own = naming.own(ctx)
    here = rows.HostRows(own.id, own.host, tuple(sorted(collecting.rows(ctx))), live=True, seen=ctx.clock())
    try:
        index = client.Index(ctx)
        found, strange = _others(index, ctx, own.id)
        index.close()
    except client.IndexUnavailable as error:
        hint = f"{error.message}; only what is on this host is shown"
        return Everywhere([here], [f"{hint} ({error.hint})" if "pip" in error.hint else hint])
    problems = [f"{strange} hosts in the index could not be read, and are left out"] if strange else []
    problems += [f"{one.host}: {one.left_out} of its sessions are left out" for one in found if one.left_out]
    return Everywhere(sorted([here, *found], key=lambda one: (one.host, one.id)), problems)


def _others(index: client.Index, ctx: Context, own: str) -> tuple[list[HostRows], int]:
    (seconds, micro), ends, raw = index.ask(_read)
    now, index_now = ctx.clock(), seconds + micro / 1e6
    found: list[HostRows] = []
    strange = size = 0
    until = {bytes(host): float(score) / 1000 for host, score in ends}
    for host, document in list(raw.items())[: keys.MOST_HOSTS + 1]:
        host_id = host.decode("utf-8", "replace")
        if host_id == own:
            continue
        size += len(document)
        fits = size <= _LARGEST
        one = rows.read(host_id, document, until.get(host, 0.0), index_now, now) if fits else None
        if one:
            found.append(one)
        else:
            strange += 1
    return found, strange


def _read(redis: Redis) -> Any:
    together = redis.pipeline(transaction=False)
    together.time()
    together.zrange(keys.ENDS, 0, -1, withscores=True)
    together.hgetall(keys.ROWS)
    return together.execute()
