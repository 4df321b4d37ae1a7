"""What one host says in the index, and what another one sees of it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.wait import until
from tests.test_hot_path import imported
from viewsync.index.rules import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.index.conftest import Host
    from tests.support.redis_server import RedisServer
    from tests.support.server import Server

    Hosts = Callable[..., Host]


def create(one: Host, server: Server, name: str) -> None:
    one.ok("create", "-S", server.socket, "-n", name)


def seen(one: Host, *words: str) -> dict[str, Any]:
    """`list --everywhere` by host and session."""
    told = one.ok("list", "--everywhere", "--json", *words).json()
    assert not told["errors"]
    return {f"{entry['host']}/{entry['name']}": entry for entry in told["sessions"]}


def test_another_host_sees_what_a_verb_made_and_ended(server: Server, host: Hosts) -> None:
    alpha, beta = host("alpha"), host("beta")
    create(alpha, server, "web")
    create(beta, server, "own")
    found = seen(beta)
    assert {name: entry["status"] for name, entry in found.items()} == {"alpha/web": "alive", "beta/own": "alive"}
    assert found["alpha/web"]["age"] < 600
    assert list(seen(beta, "--filter", "host=alpha", "--filter", "type=shell")) == ["alpha/web"]
    assert list(seen(beta, "--newer-than", "10m")) == ["beta/own", "alpha/web"]
    assert list(seen(beta, "--older-than", "10m")) == []
    assert "alpha" in beta.ok("list", "--everywhere").out
    tmux = {(one["host"], session["name"]) for one in find(beta, "E") for session in one["sessions"]}
    assert ("alpha", "web") in tmux
    assert ("beta", "own") not in tmux
    alpha.ok("kill", "web")
    assert list(seen(beta)) == ["beta/own"]


@pytest.mark.parametrize("name", ["x" * 5000, "a\x1b[31m\nb", "é #", " "])
def test_a_host_of_any_name_is_seen(server: Server, host: Hosts, name: str) -> None:
    odd = host("odd", VIEWSYNC_INDEX_HOST=name)
    create(odd, server, "web")
    [found] = seen(host("beta")).values()
    assert found["live"]
    assert name.startswith(found["host"])


def find(one: Host, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = one.ok("find", "--everywhere", "-q", query, "--json").json()["servers"]
    return found


def test_nothing_is_sent_while_nothing_changes(server: Server, host: Hosts, redis: RedisServer) -> None:
    alpha = host("alpha")
    create(alpha, server, "web")
    alpha.ok("sweeper", "once")
    with redis.client() as client:
        before = client.info("stats")["total_connections_received"]
        for _ in range(3):
            alpha.ok("sweeper", "once")
            alpha.ok("list")
        assert client.info("stats")["total_connections_received"] == before
        client.flushall()
    # What is lost is said again when it would have been said that it is still so.
    quick = {"VIEWSYNC_SWEEP_EVERY": "1"}
    until(lambda: alpha.ok("sweeper", "once", env=quick) and "alpha/web" in seen(host("beta")), "the rows again")


def test_a_verb_that_changed_nothing_loads_nothing_that_publishes(server: Server, host: Hosts) -> None:
    alpha = host("alpha")
    create(alpha, server, "web")
    for verb in ("list", "health"):
        found = imported(alpha.home, verb, "--json", **alpha.env)
        assert "viewsync.index.memory" in found
        assert not found & {"viewsync.index.publishing", "viewsync.index.client", "redis", "hashlib", "threading"}


def test_the_sweeper_publishes_and_what_has_run_out_was_last_seen(server: Server, host: Hosts) -> None:
    alpha, beta = host("alpha", VIEWSYNC_SWEEP_EVERY="1"), host("beta")
    create(alpha, server, "web")
    alpha.ok("sweeper", "start")
    try:
        # Who makes it is not who says it.
        alpha.ok("create", "-S", server.socket, "-n", "late")
        until(lambda: "alpha/late" in seen(beta), "what the sweeper says")
        assert seen(beta)["alpha/web"]["live"]
    finally:
        alpha.ok("sweeper", "stop")
    until(lambda: not seen(beta)["alpha/web"]["live"], "the end of its time")
    assert seen(beta)["alpha/web"]["status"] == "unknown"
    assert "last seen" in beta.ok("list", "--everywhere").out


def test_what_others_put_in_our_keys_hides_nobody(server: Server, host: Hosts, redis: RedisServer) -> None:
    alpha, beta = host("alpha"), host("beta")
    create(alpha, server, "web")
    evil = {"form": 1, "host": "\x1b[31mevil", "now": 1, "rows": [{"name": "x\x1b]0;y\x07", "socket": "/s"}, {}, 7]}
    with redis.client() as client:
        client.hset(keys.ROWS, "evil#1", f"1 1 1 {json.dumps(evil)}")
        client.hset(keys.ROWS, "garbage", b"\xff\x00")
    shown = beta.ok("list", "--everywhere")
    assert "web" in shown.out
    assert "\x1b" not in shown.out + shown.err
    assert "1 hosts in the index could not be read" in shown.err
    with redis.client() as client:
        client.delete(keys.ROWS)
        client.set(keys.ROWS, "something else")
    create(alpha, server, "more")
    assert "something else" in beta.ok("list", "--everywhere").err


def test_what_happens_anywhere_is_followed_through_a_restart(server: Server, host: Hosts, redis: RedisServer) -> None:
    alpha, beta = host("alpha"), host("beta")
    create(alpha, server, "web")
    [told] = beta.ok("events", "--everywhere", "--json").out.splitlines()
    assert (json.loads(told)["host"], json.loads(told)["session"]) == ("alpha", "web")
    log = os.path.join(beta.state, "followed")
    words = [beta.home.launcher, "events", "--everywhere", "--follow", "-n", "0", "--json"]
    with open(log, "wb") as out:
        following = subprocess.Popen(
            words, env={**beta.home.env, **beta.env}, stdout=out, stderr=out, stdin=subprocess.DEVNULL
        )

    def says(what: str) -> bool:
        with open(log, encoding="utf-8") as file:
            return what in file.read()

    try:
        with redis.client() as client:
            until(lambda: client.info("clients")["blocked_clients"], "the one that follows")
        create(alpha, server, "two")
        until(lambda: says('"two"'), "what happened")
        redis.kill()
        until(lambda: says("cannot be reached"), "that it is away")
        redis.start()
        until(lambda: says("answers again"), "that it is back")
        create(alpha, server, "three")
        until(lambda: says('"three"'), "what happened after it")
        assert not says('"web"')
    finally:
        following.terminate()
        following.wait()
