"""A server that is slow, or whose machine is: it is waited for, people hear of it, and it is asked everything once."""

from __future__ import annotations

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import NO_HOOKS, detached, read
from tests.support.sessions import create
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.client import Tab
    from tests.support.server import Home, Server

WAITING = "waiting for the tmux server on"
FAR_BEYOND = 15.0  # seconds; a verb that hangs is ended then, and the test fails


@pytest.fixture
def stopped(server: Server) -> Iterator[Server]:
    os.kill(server.pid, signal.SIGSTOP)
    yield server
    os.kill(server.pid, signal.SIGCONT)


@pytest.fixture
def now_and_then(server: Server) -> Iterator[Server]:
    """It answers for a tenth of a second every four."""
    over = threading.Event()

    def stop_and_go() -> None:
        while not over.is_set():
            os.kill(server.pid, signal.SIGSTOP)
            over.wait(4)
            os.kill(server.pid, signal.SIGCONT)
            over.wait(0.1)

    thread = threading.Thread(target=stop_and_go)
    thread.start()
    yield server
    over.set()
    thread.join()


def begin(home: Home, *words: str, **env: str) -> Tab:
    """The verb, with its output in two files."""
    out, err = (os.path.join(home.path, name) for name in ("out", "err"))
    return home.program(["sh", "-c", f'exec "$0" "$@" >{out} 2>{err} </dev/null', home.launcher, *words], env=env)


def said(home: Home, name: str) -> str:
    path = os.path.join(home.path, name)
    return read(path) if os.path.exists(path) else ""


def test_every_open_succeeds_at_a_server_that_answers_every_four_seconds(now_and_then: Server, home: Home) -> None:
    with ThreadPoolExecutor() as pool:
        opens = [
            pool.submit(home.viewsync, "open", "--json", "--new", "-S", now_and_then.socket, "proj", env=NO_HOOKS)
            for _ in range(5)
        ]
        done = [future.result() for future in opens]
    assert [opened.code for opened in done] == [0] * 5, done
    assert {opened.json()["view"] for opened in done} == set(now_and_then.views()) == set(home.rows())
    for opened in done:
        assert not [word for word in ("nothing was changed", "may still be done") if word in opened.err]


def test_a_server_that_is_slow_is_waited_for_and_people_hear_of_it_once(stopped: Server, home: Home) -> None:
    opening = begin(home, "open", "--json", "-S", stopped.socket, "proj", **NO_HOOKS)
    until(lambda: WAITING in said(home, "err"), "the line")
    os.kill(stopped.pid, signal.SIGCONT)
    assert opening.wait() == 0
    assert [json.loads(said(home, "out"))["view"]] == stopped.views()
    assert said(home, "err").count(WAITING) == 1
    assert said(home, "err").count("\n") == 1


def test_what_is_sent_to_it_arrives_once(server: Server, home: Home) -> None:
    create(server, "web", "--", "cat")
    os.kill(server.pid, signal.SIGSTOP)
    sending = begin(home, "send", "-s", "web", "-c", "only once")
    until(lambda: WAITING in said(home, "err"), "the line")
    os.kill(server.pid, signal.SIGCONT)
    assert sending.wait() == 0
    shown = until(lambda: server.tmux("capture-pane", "-p", "-t", "=web:").count("only once") >= 2, "text and echo")
    assert shown
    assert server.tmux("capture-pane", "-p", "-t", "=web:").count("only once") == 2
    assert server.tmux("list-buffers") == ""


def test_a_hook_says_nothing_and_the_log_has_it(stopped: Server, home: Home) -> None:
    hook = begin(home, "hook", TMUX=f"{stopped.socket},{stopped.pid},0", **NO_HOOKS)
    until(lambda: WAITING in said(home, "state/log/viewsync.log"), "the line in the log")
    os.kill(stopped.pid, signal.SIGCONT)
    assert hook.wait() == 0
    assert (said(home, "out"), said(home, "err")) == ("", "")


def test_a_sweep_does_the_others_first_and_that_one_too(
    servers: Callable[..., Server], stopped: Server, home: Home
) -> None:
    os.kill(stopped.pid, signal.SIGCONT)
    other = servers("z").start()
    slow, orphan = (_orphan(server) for server in (stopped, other))
    os.kill(stopped.pid, signal.SIGSTOP)
    sweep = begin(home, "sweep", VIEWSYNC_TMUX_TIMEOUT="600", **NO_HOOKS)
    until(lambda: orphan not in other.sessions(), "the end of the other's view")
    assert not sweep.ended()
    os.kill(stopped.pid, signal.SIGCONT)
    assert sweep.wait() == 0
    assert slow not in stopped.sessions()
    assert said(home, "err") == ""


def _orphan(server: Server) -> str:
    """A view that the next sweep would end."""
    tab, view = server.open("proj", env=NO_HOOKS)
    tab.hang_up()
    detached(server, view)
    return view


@pytest.mark.parametrize("words", ["open --json proj", "kill -s work"])
def test_one_that_hangs_is_told_of_as_before(server: Server, home: Home, words: str) -> None:
    create(server, "work")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        done = home.viewsync(*words.split(), env=NO_HOOKS, timeout=FAR_BEYOND)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert done.code, done
    assert "did not answer within 10 s" in done.err
    assert done.err.count(WAITING) == 1


def test_a_bound_that_somebody_sets_is_that_for_no_answer_at_all(stopped: Server, home: Home) -> None:
    done = home.viewsync("list", "-S", stopped.socket, env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"})
    opening = home.viewsync("open", "--json", "proj", env={"VIEWSYNC_TMUX_TIMEOUT": "0.3"}, timeout=FAR_BEYOND)
    assert (opening.code, "did not answer within 0.3 s" in opening.err) == (4, True), (done, opening)
    assert WAITING not in opening.err


def test_who_is_interrupted_while_it_waits_leaves_nothing_behind(stopped: Server, home: Home) -> None:
    before = home.processes()
    opening = begin(home, "open", "--json", "-S", stopped.socket, "proj", VIEWSYNC_TMUX_TIMEOUT="60", **NO_HOOKS)
    until(lambda: WAITING in said(home, "err"), "the line")
    os.kill(opening.pid, signal.SIGINT)
    assert opening.wait() == 130
    until(lambda: set(home.processes()) <= set(before), "the end of the clients")
