"""The rows of all hosts: this one's as they are, the others' as they said them last, in one round trip."""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.index import client, collecting, naming
from viewsync.index.rules import keys, rows
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.index.rules.rows import HostRows

_LARGEST = 64_000_000  # bytes of all hosts' rows that are read

# Whatever others have put there, we are sent no more than we would look at: of hosts without number those that were
# seen last, and of what is too large nothing.
_READ = """
local most, each, room = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local all = redis.call('HLEN', KEYS[1])
local hosts = all <= most and redis.call('HKEYS', KEYS[1]) or redis.call('ZREVRANGE', KEYS[2], 0, most - 1)
local found = {}
for _, host in ipairs(hosts) do
  local size = #host + redis.call('HSTRLEN', KEYS[1], host)
  if #host <= 16384 and size <= each and size <= room then
    room = room - size
    local document = redis.call('HGET', KEYS[1], host)
    if document then found[#found + 1] = {host, redis.call('ZSCORE', KEYS[2], host) or '0', document} end
  end
end
return {redis.call('TIME'), all, found}
"""


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
    limits = (keys.MOST_HOSTS, rows.LARGEST, _LARGEST)
    index_now, count, raw = index.ask_for(
        lambda redis: redis.register_script(_READ)(keys=(keys.ROWS, keys.ENDS), args=limits), _answer
    )
    now = ctx.clock()
    found: list[HostRows] = []
    ours = 0
    for host, ends, document in raw:
        host_id = host.decode("utf-8", "replace")
        if host_id == own:
            ours = 1
        elif one := rows.read(host_id, document, ends, index_now, now):
            found.append(one)
    return found, count - ours - len(found)


def _answer(told: Any) -> tuple[float, int, list[tuple[bytes, float, bytes]]]:
    """What its clock says, how many hosts it has, and of those: the id, when it runs out, and what it says."""
    (seconds, micro), count, hosts = told
    raw = [(host, float(ends) / 1000, document) for host, ends, document in hosts]
    if not all(isinstance(host, bytes) and isinstance(document, bytes) for host, _, document in raw):
        raise TypeError
    return int(seconds) + int(micro) / 1e6, int(count), raw
