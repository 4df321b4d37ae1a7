"""Say in the index what there is on this host. Where nothing changed nothing is sent, but that it is still there."""

from __future__ import annotations

import copy
import hashlib
import os
import threading
import time

from viewsync.errors import StateError, ViewsyncError
from viewsync.index import client, collecting, memory, naming
from viewsync.index.rules import events, keys, rows
from viewsync.light import contextlib
from viewsync.store import lock
from viewsync.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from viewsync.context import Context
    from viewsync.events import Event
    from viewsync.index.memory import Memory

LOCK = ".index.lock"
_STEP = 0.01

# All or nothing, and by the index's own clock. An epoch that is not the latest comes from a process that was held up,
# unless what is there has run out. Entries that are in the stream are not added again.
_PUBLISH = """
local host, epoch, ttl, document = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local now = redis.call('TIME')
local ms = string.format('%d', now[1] * 1000 + math.floor(now[2] / 1000))
local known = redis.call('HGET', KEYS[1], host)
local latest = known and tonumber(string.match(known, '^(%d+) ') or '-1') or -1
local ends = tonumber(redis.call('ZSCORE', KEYS[2], host) or '0')
if document == '' then
  if latest > tonumber(epoch) then return 'others' end
  if latest < tonumber(epoch) then return 'again' end
elseif latest > tonumber(epoch) and ends > tonumber(ms) then
  return 'older'
else
  redis.call('HSET', KEYS[1], host, epoch .. ' ' .. ms .. ' ' .. ARGV[3] .. ' ' .. document)
end
redis.call('ZADD', KEYS[2], string.format('%d', ms + ttl), host)
local keep, most = tonumber(ARGV[5]), tonumber(ARGV[6])
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%d', ms - keep))
local more = redis.call('ZCARD', KEYS[2]) - #gone - most
if more > 0 then gone = redis.call('ZRANGE', KEYS[2], 0, #gone + more - 1) end
for _, one in ipairs(gone) do
  redis.call('ZREM', KEYS[2], one)
  redis.call('HDEL', KEYS[1], one)
  redis.call('HDEL', KEYS[4], one)
end
if ARGV[8] == '1' then redis.call('HDEL', KEYS[4], host) end
local told = tonumber(redis.call('HGET', KEYS[4], host) or '0') or 0
for at = 9, #ARGV, 2 do
  if tonumber(ARGV[at]) > told then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'h', host, 'n', ARGV[at], 'e', ARGV[at + 1])
    redis.call('HSET', KEYS[4], host, ARGV[at])
  end
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, keep + ttl) end
return 'done'
"""
_KEYS = (keys.ROWS, keys.ENDS, keys.EVENTS, keys.TOLD)


class _News(NamedTuple):
    rows: str  # as they are now
    digest: str
    changed: bool
    due: bool
    events: Sequence[tuple[int, Event]]
    last: int  # the number of the last of them, or of the one before
    anew: bool  # another history than before


def round_(ctx: Context) -> list[str]:
    """The sweeper's. What is wrong with the index, [] where nothing is: whoever tells people tells it once."""
    try:
        with _alone(ctx, 2.0) as mine:
            if mine:
                _publish(ctx, ctx, lambda: None)
    except ViewsyncError as error:
        return [error.message]
    return []


def after_verb(ctx: Context) -> str:
    """What people are to hear, "" as a rule: of a verb that is not `memory.is_quiet`. Nothing of this may fail it,
    or hold it up longer than the bound.
    """
    problems: list[str] = []
    asked: list[float] = []  # when the index was
    bound = float(ctx.config["index_timeout"])
    quick = copy.copy(ctx)
    quick.tmux = copy.copy(ctx.tmux)
    quick.tmux.hurry = True

    def run() -> None:
        try:
            with _alone(ctx, bound) as mine:
                if mine:
                    _publish(ctx, quick, lambda: asked.append(time.monotonic()))
        except client.IndexUnavailable as error:
            problems.append(error.message)
        except Exception:
            ctx.log.debug("not published", exc_info=True)

    try:
        client.library()
    except client.IndexUnavailable as error:
        problems.append(error.message)
    else:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        begin = time.monotonic()
        thread.join(bound)
        # To look at this host may take as long, and that is not the index's fault.
        if thread.is_alive() and asked and asked[0] - begin < bound / 2:
            problems.append(client.late(ctx).message)
    return problems[0] if problems and memory.failed(ctx, problems[0]) else ""


def _publish(ctx: Context, quick: Context, asking: Callable[[], None]) -> None:
    before = memory.of(ctx)
    registry = memory.stamp(ctx)
    news = _news(ctx, quick, before)
    if not (news.changed or news.due or news.events):
        if before.registry != registry:
            memory.write(ctx.folder, before._replace(registry=registry))
        return
    now = ctx.clock()
    epoch = keys.next_epoch(before.epoch, now) if news.changed else before.epoch
    index = client.Index(ctx)
    asking()
    try:
        said = _say(ctx, index, epoch, news, whole=news.changed)
        others = said == "others"
        if said in ("again", "others"):  # it has lost what we said, or has what somebody else says as us
            epoch = keys.next_epoch(epoch, now)
            said = _say(ctx, index, epoch, news, whole=True)
    finally:
        index.close()
    others = others or said == "older"
    if said == "done":
        done = memory.Memory(before.address, epoch, news.digest, registry, now, news.last)
        memory.write(ctx.folder, done._replace(problem=before.problem) if others else done)
    if others:
        raise client.IndexUnavailable(
            f"the index {index.shown} holds newer rows under this host's name: where two hosts share it, set index_host"
        )


def _news(ctx: Context, quick: Context, before: Memory) -> _News:
    body = rows.body(collecting.rows(quick))
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    due = abs(ctx.clock() - before.sent) >= keys.life(ctx.config["sweep_every"]).renew
    told, last, anew = _events(ctx, before.event)
    return _News(body, digest, digest != before.digest, due, told, last, anew)


def _events(ctx: Context, since: int) -> tuple[Sequence[tuple[int, Event]], int, bool]:
    """What happened behind that line of the history."""
    try:
        newest = ctx.history.numbers()[0]
        anew = newest < since
        first = 0 if anew else since
        if newest == first:
            return (), first, anew
        found = ctx.history.numbered(max(first, newest - keys.AT_ONCE), newest)
    except StateError:
        return (), since, False
    return found, newest, anew


def _say(ctx: Context, index: client.Index, epoch: int, news: _News, *, whole: bool) -> str:
    own = naming.own(ctx)
    life = keys.life(ctx.config["sweep_every"])
    text = rows.document(own.host, ctx.clock(), news.rows) if whole else ""
    words: list[Any] = [own.id, epoch, int(life.ttl * 1000), text, int(keys.KEEP * 1000), keys.MOST_HOSTS]
    words += [keys.MOST_EVENTS, int(news.anew)]
    for number, event in news.events:
        words += [number, events.written(own.host, event)]
    encoded = [word.encode("utf-8", "replace") if isinstance(word, str) else word for word in words]
    said = index.ask(lambda redis: redis.register_script(_PUBLISH)(keys=_KEYS, args=encoded))
    return said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)


@contextlib.contextmanager
def _alone(ctx: Context, seconds: float) -> Iterator[bool]:
    """Epochs are given out one after the other. Who gets no turn in time leaves it to the next round."""
    path = os.path.join(ctx.folder, LOCK)
    deadline = time.monotonic() + seconds
    while (handle := lock.try_exclusive(path)) is None:
        if time.monotonic() > deadline:
            yield False
            return
        time.sleep(_STEP)
    try:
        yield True
    finally:
        os.close(handle)
