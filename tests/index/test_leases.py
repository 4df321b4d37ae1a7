"""Who may type into a session that several hosts use."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync import Registry
from viewsync.context import Context
from viewsync.errors import LockTimeout
from viewsync.index import leases
from viewsync.index.rules import keys
from viewsync.tmux import input as tmux_input
from viewsync.tmux import pane_list
from viewsync.tmux.rules.anchor import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.index.conftest import Host
    from tests.support.far_host import FarHost
    from tests.support.redis_server import RedisServer
    from tests.support.server import Server
    from viewsync.tmux.rules.model import Server as Known

    Hosts = Callable[..., Host]

LINES = 3


def context(one: Host) -> Context:
    return Context({**one.home.env, **one.env})


def known(ctx: Context, server: Server) -> tuple[Known, str]:
    reading = pane_list.read(ctx.tmux, server.socket)
    return reading.server, reading.panes[0].id


def test_ten_senders_on_three_hosts_send_whole_texts_in_the_order_of_their_leases(server: Server, host: Hosts) -> None:
    server.tmux("new-session", "-d", "-s", "sink", "-x", "200", "stty -echo; exec cat")
    pane = server.show("sink", "#{pane_id}")
    three = [host("alpha"), host("beta"), host("gamma")]
    running = []
    for number in range(10):
        one = three[number % 3]
        text = "\n".join(f"{number}-{line}" for line in range(LINES))
        words = ["send", "-S", server.socket, "-t", pane, "--lines", "--lease-timeout", "60", "-c", text]
        running.append(
            subprocess.Popen(
                [one.home.launcher, *words], env={**one.home.env, **one.env}, stderr=subprocess.PIPE, text=True
            )
        )
    for sender in running:
        assert sender.communicate()[1] == ""
        assert sender.returncode == 0

    def shown() -> list[str]:
        return server.tmux("capture-pane", "-p", "-S", "-", "-t", pane).split()

    until(lambda: len(shown()) == 10 * LINES, "all that was sent")
    lines = shown()
    order = [line.partition("-")[0] for line in lines[::LINES]]
    assert lines == [f"{number}-{line}" for number in order for line in range(LINES)]
    assert len(set(order)) == 10


def test_who_has_lost_the_lease_types_nothing_any_more(server: Server, host: Hosts, redis: RedisServer) -> None:
    early, later = context(host("alpha")), context(host("beta"))
    there, pane = known(early, server)
    with leases.hold(early, there.identity, pane, 1.0) as first:
        assert first
        number = first(0)
        with pytest.raises(LockTimeout), leases.hold(later, there.identity, pane, 0.2):
            pass
        with redis.client() as one:
            one.delete(keys.lease(there.identity, pane))  # as if it had run out
        with leases.hold(later, there.identity, pane, 1.0) as second:
            assert second
            put = tmux_input.put(later.tmux, there, pane, tmux_input.Input("later", fence=second(0)), FORMAT)
            assert put.refused == ""
            with pytest.raises(LockTimeout):
                first(0)
            # What had been looked at, and was held up on its way.
            late = tmux_input.Input("early", fence=number)
            put = tmux_input.put(early.tmux, there, pane, late, FORMAT)
            assert put.refused == tmux_input.EXPIRED
            assert put.fence > number
    until(lambda: "later" in server.tmux("capture-pane", "-p", "-t", pane), "the later text")
    assert "early" not in server.tmux("capture-pane", "-p", "-t", pane)


def test_a_sender_elsewhere_is_waited_for_by_all_that_types(
    server: Server, host: Hosts, redis: RedisServer, far: FarHost
) -> None:
    """Also by who reaches the session through ssh."""
    alpha = host("alpha", VIEWSYNC_HOST_TIMEOUT="60", VIEWSYNC_TMUX_TIMEOUT="60")
    there = far.server()
    ctx = context(alpha)
    try:
        near, pane = known(ctx, server)
        far_pid, start, far_pane = there.show("proj", "#{pid} #{start_time} #{pane_id}").split()
        alpha.ok("send", "-s", "far:proj", "-c", "echo $((40+2))", "-w", "^42")
        assert there.tmux("show-options", "-p", "-t", far_pane, "-v", "@viewsync_fence").isdigit()
        with redis.client() as one:
            one.set(keys.lease(near.identity, pane), "another's")
            one.set(keys.lease(f"{far_pid}.{start}", far_pane), "another's")
        here = ("-S", server.socket, "-t", pane)
        assert alpha.viewsync("send", *here, "-c", "x", "--lease-timeout", "0.1").code == 75
        assert alpha.viewsync("send", "-s", "far:proj", "-c", "x", "--lease-timeout", "0.1").code == 75
        assert alpha.viewsync("exec", *here, "-T", "0.5", "--", "true").code not in (0, 70)
        with pytest.raises(LockTimeout):
            Registry(env=ctx.env).pane(pane, socket=server.socket).send("x", lease_timeout=0.1)
        alpha.ok("send", *here, "--keys", "C-c")
    finally:
        there.stop()


def test_an_index_whose_clock_went_back_keeps_nobody_from_typing(server: Server, host: Hosts) -> None:
    alpha = host("alpha")
    pane = server.show("proj", "#{pane_id}")
    for odd in ("4000000000000000", "no number"):
        server.tmux("set-option", "-p", "-t", pane, "@viewsync_fence", odd)
        alpha.ok("send", "-S", server.socket, "-t", pane, "-c", "echo $((40+2))", "-w", "^42")


def test_a_lease_is_renewed_and_only_its_holder_lets_it_go(
    host: Hosts, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "LEASE", 1.0)
    ctx = context(host("alpha"))
    name = keys.lease("1.2", "%3")
    with redis.client() as one:
        with leases.hold(ctx, "1.2", "%3", 1.0):
            mine = one.get(name)
            end = time.monotonic() + 2.5
            until(lambda: time.monotonic() > end, "more than twice its time")
            assert one.get(name) == mine
            one.set(name, "another's")
        assert one.get(name) == b"another's"


def test_while_the_index_is_away_a_lease_holds_as_long_as_it_surely_does(
    host: Hosts, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = context(host("alpha"))
    with leases.hold(ctx, "1.2", "%3", 1.0) as fence:
        assert fence
        before = fence(0)
        redis.kill()
        assert fence(0) >= before
        monkeypatch.setattr(leases, "_now", lambda: time.clock_gettime(time.CLOCK_BOOTTIME) + keys.LEASE)
        with pytest.raises(LockTimeout, match="may have run out"):
            fence(0)
