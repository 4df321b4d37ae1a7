"""`doctor` says whether the index works, and what would do: one line, and nothing that is secret."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.index.failing import SECRET, failing
from viewsync.context import Context
from viewsync.index.client import IndexUnavailable
from viewsync.setup import index_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.index.conftest import Host
    from tests.support.redis_server import RedisServer
    from tests.support.server import Home, Server

    Hosts = Callable[..., Host]


def told(one: Host) -> dict[str, Any]:
    [found] = [check for check in one.viewsync("doctor", "--json").json()["checks"] if check["name"] == "index"]
    return {name: found[name] for name in ("status", "found", "hint")}


@pytest.mark.parametrize(
    ("how", "status", "found", "hint"),
    [
        ("killed", "fail", "cannot be reached", "see that it runs"),
        ("slow", "fail", "did not answer within 0.3 s", "raise index_timeout"),
        ("not a redis", "fail", "the index", ""),
        ("wrong password", "fail", "refuses our user name or password", "index_password_file"),
        ("may not", "fail", "or what we may do", "index_password_file"),
        ("read-only", "fail", "is a read-only replica", "name the one that takes writes"),
        ("full", "fail", "is full (maxmemory)", "give it more memory"),
        ("another's keys", "fail", "holds something else", "delete the keys"),
        ("dropping", "warn", "drops keys when it is full (allkeys-lru)", "noeviction"),
        ("an address of something else", "fail", "is not an address of a Redis", "viewsync help settings"),
    ],
)
def test_what_is_wrong_with_the_index_is_one_line_and_what_to_do(
    host: Hosts, redis: RedisServer, how: str, status: str, found: str, hint: str
) -> None:
    with failing(how, redis) as url:
        bound = "0.3" if how == "slow" else "20"
        one = host("alpha", VIEWSYNC_INDEX=url, VIEWSYNC_INDEX_TIMEOUT=bound, VIEWSYNC_LOG_LEVEL="debug")
        said = told(one)
        shown = one.viewsync("doctor")
    assert said["status"] == status
    assert found in said["found"]
    assert hint in said["hint"]
    assert "\n" not in said["found"] + said["hint"]
    assert found in shown.out
    assert SECRET not in "".join((*said.values(), shown.out, shown.err))


def test_an_index_that_works_is_looked_at_and_left_as_it_is(server: Server, host: Hosts, redis: RedisServer) -> None:
    alpha = host("alpha")
    alpha.ok("create", "-S", server.socket, "-n", "web")
    with redis.client() as client:
        before = {key: client.dump(key) for key in client.scan_iter()}
        said = told(alpha)
        assert {key: client.dump(key) for key in client.scan_iter()} == before
    assert said == {"status": "ok", "found": f"{redis.url}, with the rows of 1 hosts", "hint": ""}
    # Who may do all but ask how much memory it has.
    with redis.client() as client:
        may = {"keys": ["viewsync:*"], "categories": ["+@all"], "commands": ["-info"]}
        client.acl_setuser("me", enabled=True, passwords=f"+{SECRET}", **may)
    url = redis.url.replace("unix://", f"unix://me:{SECRET}@")
    assert told(host("alpha", VIEWSYNC_INDEX=url))["status"] == "ok"
    assert told(host("alpha", VIEWSYNC_INDEX=""))["found"] == "none is set"


def test_a_password_file_that_others_can_read_is_said(host: Hosts, home: Home) -> None:
    path = os.path.join(home.path, "password")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SECRET)
    os.chmod(path, 0o644)
    said = told(host("alpha", VIEWSYNC_INDEX_PASSWORD_FILE=path))
    assert (said["status"], said["hint"]) == ("fail", f"chmod 600 {path}")


def test_without_the_client_library_it_says_how_to_get_it(host: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    one = host("alpha")
    with pytest.raises(IndexUnavailable, match="needs the Redis client library") as told_so:
        index_check.the_index(Context({**one.home.env, **one.env}))
    assert told_so.value.hint == "pip install 'viewsync[redis]'"
