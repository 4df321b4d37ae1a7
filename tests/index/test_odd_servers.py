"""A Redis that goes, comes back empty, stalls, allows little, or is another one than it should be."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.index.failing import SECRET
from tests.support import programs
from tests.support.far_host import free_port
from tests.support.redis_server import Between
from tests.support.wait import until
from viewsync.context import Context
from viewsync.index import client, memory, publishing
from viewsync.index.rules import keys

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from tests.index.conftest import Host
    from tests.support.redis_server import RedisServer
    from tests.support.server import Server

    Hosts = Callable[..., Host]

LINES = 300


@contextlib.contextmanager
def sending(one: Host, server: Server) -> Iterator[tuple[subprocess.Popen[str], Callable[[], list[str]]]]:
    """Somebody who sends line by line to a shell and is at it, and what the shell has printed."""
    server.tmux("set-option", "-g", "history-limit", "20000")
    server.tmux("new-session", "-d", "-s", "shell", "-x", "200", "PS1='$ ' exec bash --norc --noprofile")
    pane = server.show("shell", "#{pane_id}")
    text = "\n".join(f"echo early-$(({number}))" for number in range(LINES))
    words = ["send", "-S", server.socket, "-t", pane, "--lines", "-c", text]
    with subprocess.Popen(
        [one.home.launcher, *words], env={**one.home.env, **one.env}, stderr=subprocess.PIPE, text=True
    ) as sender:

        def printed() -> list[str]:
            shown = server.tmux("capture-pane", "-p", "-S", "-", "-t", pane).splitlines()
            return [line for line in shown if line.startswith(("early-", "later-"))]

        try:
            until(lambda: len(printed()) > 2, "its first lines")
            yield sender, printed
        finally:
            sender.send_signal(signal.SIGCONT)
            sender.kill()


def test_who_was_stopped_until_its_lease_ran_out_types_nothing_more(
    server: Server, host: Hosts, redis: RedisServer
) -> None:
    with sending(host("alpha"), server) as (sender, printed):
        sender.send_signal(signal.SIGSTOP)
        pane = server.show("shell", "#{pane_id}")
        with redis.client() as there:
            [lease] = list(there.scan_iter(f"{keys.lease('*', pane)}".replace("{", "?").replace("}", "?")))
            there.delete(lease)  # as it does by itself after some seconds
        words = ("send", "-S", server.socket, "-t", pane, "--draft", "clear", "-c", "echo later-$((1))")
        host("beta").ok(*words, "-w", "^later-1")
        before = printed()
        sender.send_signal(signal.SIGCONT)
        assert "the lease of the session ran out" in sender.communicate()[1]
        assert sender.returncode == 75
        assert printed() == before
        assert len(before) < LINES


def test_an_index_that_comes_back_empty_ends_the_turn_of_who_was_sending(
    server: Server, host: Hosts, redis: RedisServer
) -> None:
    with sending(host("alpha"), server) as (sender, printed):
        redis.kill()
        redis.start()
        assert "the lease of the session ran out" in sender.communicate()[1]
        assert sender.returncode == 75
        lines = [int(line.partition("-")[2]) for line in printed()]
        assert lines == list(range(len(lines)))
    host("beta").ok("send", "-S", server.socket, "-t", server.show("shell", "#{pane_id}"), "-c", "true")


def stalling(taken: socket.socket) -> None:
    """The beginning of an answer, whatever is asked, and nothing more."""
    while taken.recv(65536):
        taken.sendall(b"*2\r\n$1000000\r\nhalf of")


def moved(taken: socket.socket) -> None:
    while commands := taken.recv(65536):
        count = sum(line.startswith(b"*") for line in commands.splitlines())
        taken.sendall(b"-MOVED 1234 127.0.0.1:7001\r\n" * count)


def huge(taken: socket.socket) -> None:
    while taken.recv(65536):
        taken.sendall(b"*1000000000\r\n$999999999999\r\n")


@pytest.mark.parametrize("answer", [":5", "+OK", "$1\r\nx", "*0", "*1\r\n*1\r\n*0", "*3\r\n:1\r\n:2\r\n:3", "$-1"])
def test_answers_to_other_questions_are_no_bug_of_ours(
    server: Server, host: Hosts, redis: RedisServer, answer: str
) -> None:
    def serve(taken: socket.socket) -> None:
        while commands := taken.recv(65536):
            count = sum(line.startswith(b"*") for line in commands.splitlines())
            taken.sendall(f"{answer}\r\n".encode() * count)

    with contextlib.closing(Between(redis.folder, "odd", serve)) as between:
        alpha = host("alpha", VIEWSYNC_INDEX=f"{between.url}?protocol=2", VIEWSYNC_INDEX_TIMEOUT="2")
        alpha.ok("create", "-S", server.socket, "-n", "web")
        sent = alpha.viewsync("send", "-s", "web", "-c", "echo $((40+2))", "-w", "^42", "--lease-timeout", "0.2")
        assert sent.code in (0, 75), sent
        assert "web" in alpha.ok("list", "--everywhere").out
        for words in (("events", "--everywhere"), ("events", "--everywhere", "-f", "-T", "1"), ("doctor",)):
            done = alpha.viewsync(*words)
            assert done.code in (0, 1), done
            assert "a bug" not in done.out + done.err


@pytest.mark.parametrize(
    ("serve", "why"),
    [(stalling, "did not answer within 0.3 s"), (huge, "did not answer within 0.3 s"), (moved, "a part of a cluster")],
)
def test_an_answer_that_is_none_holds_nobody_up(
    server: Server, host: Hosts, redis: RedisServer, serve: Callable[[socket.socket], None], why: str
) -> None:
    with contextlib.closing(Between(redis.folder, "odd", serve)) as between:
        bound = "0.3" if "0.3" in why else "20"
        alpha = host("alpha", VIEWSYNC_INDEX=between.url, VIEWSYNC_INDEX_TIMEOUT=bound)
        alpha.ok("create", "-S", server.socket, "-n", "web")
        alpha.ok("send", "-s", "web", "-c", "echo $((40+2))", "-w", "^42")
        listed = alpha.ok("list", "--everywhere")
        assert "web" in listed.out
        assert why in listed.err
        assert why in alpha.viewsync("events", "--everywhere").err
        assert why in alpha.ok("events", "--everywhere", "-f", "-T", "1").err
        assert why in alpha.viewsync("doctor").out


def test_an_answer_that_never_ends_is_read_by_nobody_once_its_time_is_over(host: Hosts, redis: RedisServer) -> None:
    """A sweeper asks again and again, for months."""
    heard: list[str] = []

    def trickling(taken: socket.socket) -> None:
        taken.recv(65536)
        taken.sendall(b"$1000000\r\n")
        try:
            while True:
                taken.sendall(b"x")
                time.sleep(0.02)
        except OSError:
            heard.append("hung up")

    with contextlib.closing(Between(redis.folder, "odd", trickling)) as between:
        one = host("alpha", VIEWSYNC_INDEX=between.url, VIEWSYNC_INDEX_TIMEOUT="0.3")
        index = client.Index(Context({**one.home.env, **one.env}))
        with pytest.raises(client.IndexUnavailable, match="did not answer within"):
            index.ask(lambda there: there.get("x"))
        until(lambda: heard, "the end of the connection")
        assert "did not answer within" in one.ok("events", "--everywhere", "-f", "-T", "1").err


@pytest.mark.parametrize(
    "may",
    [
        {"enabled": False},
        {"keys": ["other:*"], "categories": ["+@all"]},
        {"keys": ["viewsync:*"], "categories": ["+@all", "-@scripting"]},
        {"keys": ["viewsync:*"], "categories": ["+@all", "-@write"]},
        {"keys": ["viewsync:*"], "categories": ["+@all", "-@read"]},
        {"keys": ["viewsync:*"], "categories": ["+@connection"]},
        {},
    ],
    ids=str,
)
def test_a_user_who_may_not_is_told_so(server: Server, host: Hosts, redis: RedisServer, may: dict[str, Any]) -> None:
    with redis.client() as there:
        there.acl_setuser("me", **{"enabled": True, "passwords": f"+{SECRET}", **may})
    alpha = host("alpha", VIEWSYNC_INDEX=redis.url.replace("unix://", f"unix://me:{SECRET}@"))
    made = alpha.ok("create", "-S", server.socket, "-n", "web")
    sent = alpha.ok("send", "-s", "web", "-c", "echo $((40+2))", "-w", "^42")
    said = made.err + sent.err + alpha.viewsync("doctor").out
    assert "refuses our user name or password, or what we may do" in said
    assert SECRET not in said


def test_a_clock_that_is_set_back_does_not_keep_a_host_from_publishing(server: Server, host: Hosts) -> None:
    alpha, beta = host("alpha"), host("beta")
    alpha.ok("create", "-S", server.socket, "-n", "web")
    os.unlink(os.path.join(alpha.state, memory.FILE))  # so that all of it is published by that clock
    early = Context({**alpha.home.env, **alpha.env}, clock=lambda: time.time() + 7200)
    assert publishing.round_(early) == []
    assert alpha.ok("create", "-S", server.socket, "-n", "more").err == ""
    listed = beta.ok("list", "--everywhere", "--json").json()["sessions"]
    assert [(one["name"], one["live"]) for one in listed] == [("more", True), ("web", True)]
    assert max(one["age"] for one in listed) < 3600


@pytest.fixture
def certificate(redis: RedisServer) -> tuple[str, str]:
    programs.skip_without("openssl")
    certificate, key = (os.path.join(redis.folder, name) for name in ("certificate", "key"))
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=redis"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key]
    subprocess.run(made, check=True, capture_output=True)
    return certificate, key


def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    server: Server, host: Hosts, redis: RedisServer, certificate: tuple[str, str]
) -> None:
    redis.kill()
    port = free_port()
    files = ("--tls-cert-file", certificate[0], "--tls-key-file", certificate[1], "--tls-ca-cert-file", certificate[0])
    redis.start("--tls-port", str(port), "--tls-auth-clients", "no", *files)
    with redis.client() as there:
        there.config_set("requirepass", SECRET)
        unknown = host("alpha", VIEWSYNC_INDEX=f"rediss://:{SECRET}@127.0.0.1:{port}")
        made = unknown.ok("create", "-S", server.socket, "-n", "web")
        assert "shows a certificate that is not trusted" in made.err
        assert "ssl_ca_certs" in unknown.viewsync("doctor").out
        known = f"?ssl_ca_certs={certificate[0]}"
        another = host("beta", VIEWSYNC_INDEX=f"rediss://:{SECRET}@localhost:{port}{known}")
        assert "shows a certificate that is not trusted" in another.ok("list", "--everywhere").err
    right = host("gamma", VIEWSYNC_INDEX=f"rediss://:{SECRET}@127.0.0.1:{port}{known}")
    assert right.ok("create", "-S", server.socket, "-n", "more").err == ""
    assert right.ok("list", "--everywhere").err == ""
