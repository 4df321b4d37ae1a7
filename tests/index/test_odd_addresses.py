"""What people may set as `index`: it works, or one line says what is wrong, and never what the password is."""

from __future__ import annotations

import os
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from tests.index.failing import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.index.conftest import Host
    from tests.support.redis_server import RedisServer
    from tests.support.server import Server

    Hosts = Callable[..., Host]

ODD = f""":/?#[]@!$&'()*+,;=%25 "<>\\^`{{|}}~é{SECRET}"""


@pytest.mark.parametrize(
    "address",
    [
        SECRET,
        f"localhost:6379:{SECRET}",
        f"https://{SECRET}@h",
        "redis:/h",
        "redis://",
        f"redis://:{ODD}@127.0.0.1:1",
        f"redis://:{SECRET}@[::1",
        f"redis://:{SECRET}@127.0.0.1:99999999",
        f"redis://:{SECRET}@127.0.0.1:1/{SECRET}",
        f"redis://127.0.0.1:1?password={SECRET}&socket_timeout=x",
        f"redis://127.0.0.1:1?no_such_option={SECRET}",
        f"unix://{SECRET}@relative",
        f"unix:///tmp/\x1b[31m{SECRET}",
        f"redis://{'h' * 5000}",
        f"redis://h\n:{SECRET}@127.0.0.1:1",
        f"redis://127.0.0.1:1 {SECRET}",
    ],
)
def test_what_is_no_address_is_said_in_a_line(server: Server, host: Hosts, address: str) -> None:
    one = host("alpha", VIEWSYNC_INDEX=address, VIEWSYNC_LOG_LEVEL="debug")
    done = [
        one.ok("create", "-S", server.socket, "-n", "web"),
        one.ok("send", "-s", "web", "-c", "true"),
        one.ok("list", "--everywhere"),
        one.viewsync("events", "--everywhere"),
        one.viewsync("doctor"),
        one.ok("sweeper", "once"),
    ]
    assert "web" in done[2].out
    assert len(done[3].err.splitlines()) == 1
    said = "".join(answer.out + answer.err for answer in done)
    assert "index" in said
    assert "\x1b" not in said
    for folder, _, files in os.walk(one.state):
        for name in files:
            with open(os.path.join(folder, name), errors="replace", encoding="utf-8") as file:
                said += file.read()
    assert SECRET not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("where", ["address", "option", "file", "user"])
def test_a_password_may_have_any_characters(server: Server, host: Hosts, redis: RedisServer, where: str) -> None:
    password = ODD.replace("%", "") if where == "option" else ODD  # which older client libraries unquote twice
    quoted = urllib.parse.quote(password, safe="")
    path = os.path.join(server.home.path, "password")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{ODD}\r\n")
    os.chmod(path, 0o600)
    with redis.client() as client:
        client.config_set("requirepass", password)
    env = {
        "address": {"VIEWSYNC_INDEX": redis.url.replace("unix://", f"unix://:{quoted}@")},
        "option": {"VIEWSYNC_INDEX": f"{redis.url}?password={quoted}"},
        "file": {"VIEWSYNC_INDEX_PASSWORD_FILE": path},
        "user": {"VIEWSYNC_INDEX": redis.url.replace("unix://", f"unix://default:{quoted}@")},
    }[where]
    alpha = host("alpha", **env)
    assert alpha.ok("create", "-S", server.socket, "-n", "web").err == ""
    assert alpha.ok("list", "--everywhere").err == ""


@pytest.mark.parametrize(
    "option",
    ["decode_responses=yes", "protocol=3", "protocol=2", "encoding=latin-1", "health_check_interval=1", "db=0"],
)
def test_options_of_the_address_change_nothing_that_we_read(
    server: Server, host: Hosts, redis: RedisServer, option: str
) -> None:
    alpha = host("alpha", VIEWSYNC_INDEX=f"{redis.url}?{option}")
    assert alpha.ok("create", "-S", server.socket, "-n", "wéb").err == ""
    assert alpha.ok("send", "-s", "wéb", "-c", "echo $((40+2))", "-w", "^42").err == ""
    listed = host("beta", VIEWSYNC_INDEX=f"{redis.url}?{option}").ok("list", "--everywhere")
    assert ("wéb" in listed.out, listed.err) == (True, "")
    assert "wéb" in alpha.ok("events", "--everywhere").out
