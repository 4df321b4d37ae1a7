"""Somebody who may write to the index, and writes what no viewsync does: nobody is hidden, misled or stopped by it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from viewsync.index.rules import keys
from viewsync.index.rules.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis

    from tests.index.conftest import Host
    from tests.support.redis_server import RedisServer
    from tests.support.server import Server

    Hosts = Callable[..., Host]

ODD: list[Any] = [
    "x\x1b]0;y\x07",
    "\u202eevil",
    "\ud800",
    "a\nb\rc\tz",
    "x" * 4096,
    "x" * 5000,
    "",
    " ",
    "=1+1",
    "-rf",
    None,
    True,
    -1,
    0,
    1e308,
    2**53,
    10**30,
    [],
    {},
    [[]],
    ["a", "b", "c"],
]


def says(client: Redis, host_id: str, document: Any, *, epoch: int = 1, ttl: int = 600_000) -> None:
    """As if that host had just published it."""
    now = int(time.time() * 1000)
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    client.hset(keys.ROWS, host_id, b"%d %d %d %s" % (epoch, now, ttl, text))
    client.zadd(keys.ENDS, {host_id: now + ttl})


def rows() -> list[Any]:
    return [{"name": "n", "socket": "/s", "status": "alive", field: odd} for field in Row._fields for odd in ODD]


def test_rows_of_any_kind_are_shown_as_far_as_they_are_understood(
    server: Server, host: Hosts, redis: RedisServer
) -> None:
    beta = host("beta")
    beta.ok("create", "-S", server.socket, "-n", "own")
    with redis.client() as client:
        for number, odd in enumerate(ODD):
            says(client, f"evil#{number}", {"form": 1, "host": odd, "now": odd, "left_out": odd, "rows": rows()[:1]})
        says(client, "\x1b[2Jevil#\n", {"form": 1, "host": "", "now": 1, "rows": rows()[:1]})
        says(client, "beta#0", {"form": 1, "host": "beta", "now": 1, "rows": rows()})
    for verb, *more in ("list",), ("list", "--sort", "pid"), ("list", "--sort", "age"), ("find",):
        words = (verb, "--everywhere", *more)
        shown = beta.ok(*words)
        assert "own" in shown.out
        assert not [char for char in shown.out + shown.err if not char.isprintable() and char != "\n"]
        assert verb == "find" or max(map(len, shown.out.splitlines())) < 1000
        assert beta.ok(*words, "--json").json()
    assert [one["name"] for one in beta.ok("list", "--json").json()["sessions"]] == ["own"]


def test_events_of_any_kind_are_shown_as_far_as_they_are_understood(
    server: Server, host: Hosts, redis: RedisServer
) -> None:
    beta = host("beta")
    beta.ok("create", "-S", server.socket, "-n", "own")
    with redis.client() as client:
        for field in ("event", "session", "reason", "trigger", "at", "what", "seconds", "gui", "host"):
            for odd in ODD:
                told = {"event": "create", "session": "s", "host": "evil", field: odd}
                client.xadd(keys.EVENTS, {"h": "evil#1", "n": "3", "e": json.dumps(told)})
        client.xadd(keys.EVENTS, {"h": b"\xff\x1b", "n": "3", "e": b"\xff"})
        client.xadd(keys.EVENTS, {"no": "event"})
    shown = beta.ok("events", "--everywhere", "-n", "1000")
    assert "own" in shown.out
    assert not [char for char in shown.out + shown.err if not char.isprintable() and char != "\n"]
    for line in beta.ok("events", "--everywhere", "-n", "1000", "--json").out.splitlines():
        assert json.loads(line)


@pytest.mark.parametrize("how", ["one document", "many hosts", "many long names"])
def test_more_than_anybody_can_read_hides_nobody_else(
    server: Server, host: Hosts, redis: RedisServer, how: str
) -> None:
    alpha, beta = host("alpha"), host("beta")
    alpha.ok("create", "-S", server.socket, "-n", "web")
    with redis.client() as client:
        if how == "one document":
            says(client, "0evil#1", b'{"form": 1, "rows": ["%s"]}' % (b"x" * 20_000_000))
        elif how == "many hosts":
            client.hset(keys.ROWS, mapping={f"evil#{number}": b"1 1 1 {}" for number in range(100_000)})
        else:
            client.hset(keys.ROWS, mapping={f"{number}{'x' * 100_000}": b"1 1 1 {}" for number in range(100)})
        before = client.info("stats")["total_net_output_bytes"]
        shown = beta.ok("list", "--everywhere")
        sent = client.info("stats")["total_net_output_bytes"] - before
    assert "web" in shown.out
    assert "could not be read" in shown.err
    assert sent < 1_000_000


def own_id(client: Redis, name: str) -> str:
    known = [str(host, "ascii") for host in client.hkeys(keys.ROWS) if isinstance(host, bytes)]
    [found] = [host for host in known if host.startswith(f"{name}#")]
    return found


def test_what_stands_under_our_name_is_said_and_not_taken_for_ours(
    server: Server, host: Hosts, redis: RedisServer
) -> None:
    alpha, beta = host("alpha"), host("beta")
    alpha.ok("create", "-S", server.socket, "-n", "web")
    with redis.client() as client:
        ours = own_id(client, "alpha")
        says(client, ours, {"form": 1, "host": "alpha", "now": 1, "rows": []}, epoch=9_000_000_000_000_000)
        made = alpha.ok("create", "-S", server.socket, "-n", "more")
        assert "holds newer rows under this host's name" in made.err
        assert "index_host" in made.err
        assert "under this host's name" not in alpha.ok("list").err
        # Who is there by chance publishes as we do.
        client.delete(keys.ROWS, keys.ENDS)
        says(client, ours, {"form": 1, "host": "alpha", "now": 1, "rows": []}, epoch=2)
    alpha.ok("sweeper", "once")
    assert "more" in beta.ok("list", "--everywhere").out


@pytest.mark.parametrize("key", [keys.ROWS, keys.ENDS, keys.EVENTS, keys.TOLD])
def test_a_key_of_another_kind_is_said_and_its_end_heals_all(
    server: Server, host: Hosts, redis: RedisServer, key: str
) -> None:
    alpha, beta = host("alpha"), host("beta")
    with redis.client() as client:
        client.set(key, "something else")
        assert "holds something else" in alpha.ok("create", "-S", server.socket, "-n", "web").err
        assert "web" in alpha.ok("list", "--everywhere").out
        client.delete(key)
    alpha.ok("sweeper", "once")
    assert "web" in beta.ok("list", "--everywhere").out
    assert "web" in beta.ok("events", "--everywhere").out


def test_what_is_no_number_in_our_keys_stops_no_event(server: Server, host: Hosts, redis: RedisServer) -> None:
    alpha, beta = host("alpha"), host("beta")
    alpha.ok("create", "-S", server.socket, "-n", "web")
    with redis.client() as client:
        ours = own_id(client, "alpha")
        client.hset(keys.TOLD, ours, "no number")
        client.hset(keys.ROWS, ours, "no number")
    assert alpha.ok("create", "-S", server.socket, "-n", "more").err == ""
    assert "more" in beta.ok("events", "--everywhere").out
    assert "more" in beta.ok("list", "--everywhere").out


def test_two_hosts_of_one_name_are_told_apart(server: Server, host: Hosts, redis: RedisServer) -> None:
    alpha = host("alpha")
    alpha.ok("create", "-S", server.socket, "-n", "web")
    with redis.client() as client:
        ours = own_id(client, "alpha")
        there = {"name": "far", "socket": "/s", "id": "$1"}
        says(client, "alpha#other", {"form": 1, "host": "alpha", "now": 1, "rows": [there]})
        client.zadd(keys.ENDS, {"alpha#other": 1})
    listed = alpha.ok("list", "--everywhere").out
    assert ours in listed
    assert "alpha#other: last seen" in listed
    found = host("beta").ok("find", "--everywhere").out
    assert ours in found
    assert "alpha#other, socket" in found
