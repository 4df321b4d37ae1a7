"""A call that is late: whether its server answers others tells how long it is waited for."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from tests.faults.support import read, script
from tests.support.server import alive
from tests.support.wait import until
from viewsync.errors import TmuxTimeout
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from tests.support.server import Home, Server

QUESTION = '*"display-message -p ok"*'


def test_the_bound_grows_with_what_a_trivial_question_took(server: Server, home: Home) -> None:
    answered = os.path.join(home.path, "answered")
    slow = script(
        home,
        "slow",
        f'case " $* " in {QUESTION}) sleep 0.4; tmux "$@"; : > {answered}; exit 0 ;; esac\n'
        f'while ! [ -e {answered} ]; do sleep 0.05; done; sleep 1.5; exec tmux "$@"',
    )
    assert Tmux(slow, 2.0, home.env).ask(server.socket, "list-sessions", "-F", "#{session_name}") == "proj\n"


def test_a_call_that_a_server_never_answers_while_it_answers_others_has_a_bound(server: Server, home: Home) -> None:
    pid = os.path.join(home.path, "pid")
    odd = script(home, "odd", f'case " $* " in {QUESTION}) exec tmux "$@" ;; esac\necho $$ > {pid}; exec sleep 600')
    with pytest.raises(TmuxTimeout, match="answers, but did not do what it was asked within"):
        Tmux(odd, 1.0, home.env).ask(server.socket, "list-sessions")
    assert not alive(int(read(pid)))


def test_the_same_process_is_waited_for_also_in_a_thread(server: Server, home: Home) -> None:
    calls = os.path.join(home.path, "calls")
    counting = script(home, "counting", f'case " $* " in {QUESTION}) ;; *) echo x >> {calls} ;; esac\nexec tmux "$@"')
    tmux = Tmux(counting, 60.0, home.env, lambda _: os.kill(server.pid, signal.SIGCONT))
    os.kill(server.pid, signal.SIGSTOP)
    out: list[str] = []
    thread = threading.Thread(target=lambda: out.append(tmux.ask(server.socket, "list-sessions", "-F", "x")))
    thread.start()
    thread.join()
    assert (out, read(calls)) == (["x\n"], "x\n")


def test_one_that_hung_is_not_waited_for_as_long_again_until_it_answers(server: Server, home: Home) -> None:
    tmux = Tmux("tmux", 3.0, home.env)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        for seconds in (3, 2, 2):
            with pytest.raises(TmuxTimeout, match=f"did not answer within {seconds} s"):
                tmux.ask(server.socket, "list-sessions")
    finally:
        os.kill(server.pid, signal.SIGCONT)
    until(lambda: tmux.ask(server.socket, "list-sessions"), "an answer")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(TmuxTimeout, match="did not answer within 3 s"):
            tmux.ask(server.socket, "list-sessions")
    finally:
        os.kill(server.pid, signal.SIGCONT)
