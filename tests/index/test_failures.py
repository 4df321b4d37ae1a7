"""An index that is not there, or not as it should be, stops nothing of this host; people hear of it once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.index.failing import SECRET, failing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.index.conftest import Host
    from tests.support.redis_server import RedisServer
    from tests.support.server import Server

    Hosts = Callable[..., Host]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("killed", "cannot be reached"),
        ("slow", "did not answer within 0.3 s"),
        ("not a redis", ""),
        ("read-only", "is a read-only replica"),
        ("full", "is full"),
        ("wrong password", "refuses our user name or password"),
        ("an address of something else", "is not an address of a Redis"),
    ],
)
def test_a_host_works_without_the_index_and_says_so_once(
    server: Server, host: Hosts, redis: RedisServer, how: str, why: str
) -> None:
    with failing(how, redis) as url:
        # Only what is slow is to need longer than the bound, on a machine that is busy.
        bound = "0.3" if how == "slow" else "20"
        alpha = host("alpha", VIEWSYNC_INDEX=url, VIEWSYNC_INDEX_TIMEOUT=bound, VIEWSYNC_LOG_LEVEL="debug")
        first = alpha.ok("create", "-S", server.socket, "-n", "web")
        sent = alpha.ok("send", "-s", "web", "-c", "echo $((40+2))", "-w", "42")
        listed = alpha.ok("list", "--everywhere")
        others = [alpha.viewsync("doctor"), alpha.viewsync("help", "settings"), alpha.viewsync("sweeper", "once")]
    assert why in first.err + sent.err
    assert (first.err + sent.err).count("the index") == 1 or how == "an address of something else"
    assert not (first.err and sent.err)
    assert "web" in listed.out
    if how != "read-only" and how != "full":
        assert "only what is on this host is shown" in listed.err
    said = "".join(done.out + done.err for done in (first, sent, listed, *others))
    for folder, _, files in os.walk(alpha.state):
        for name in files:
            with open(os.path.join(folder, name), errors="replace", encoding="utf-8") as file:
                said += file.read()
    assert SECRET not in said


def test_a_password_file_opens_the_index_and_is_for_nobody_else(
    server: Server, host: Hosts, redis: RedisServer
) -> None:
    with redis.client() as client:
        client.config_set("requirepass", SECRET)
    path = os.path.join(server.home.path, "password")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{SECRET}\n")
    alpha = host("alpha", VIEWSYNC_INDEX_PASSWORD_FILE=path)
    os.chmod(path, 0o644)
    assert "others can read index_password_file" in alpha.ok("create", "-S", server.socket, "-n", "web").err
    os.chmod(path, 0o600)
    done = alpha.ok("list", "--everywhere")
    assert done.err == ""
    assert "web" in done.out
