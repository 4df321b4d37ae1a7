"""Waiting for what comes out of real panes: only what is new, never the echo, whatever the screen does meanwhile."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.typing import place, screen, shell, type_in
from tests.support.wait import until
from viewsync.errors import MissingSession, TmuxError, UsageError
from viewsync.panes import waiting
from viewsync.panes.waiting import Outcome, WaitCondition

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Server


def wait(server: Server, pane: str, *patterns: str, since: str = waiting.SENT, **wish: object) -> Outcome:
    ctx, where = place(server, pane)
    found = [waiting.pattern(pattern) for pattern in patterns]
    return waiting.wait_since(ctx, where, WaitCondition(patterns=found, **{"timeout": 20.0, **wish}), since, 1000)  # type: ignore[arg-type]


def test_d13_the_echo_of_the_command_is_no_answer(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "read line; echo DONE")
    done = wait(server, pane, "DONE", timeout=0.5)
    assert (done.kind, done.output) == (waiting.TIMEOUT, [""])
    server.tmux("send-keys", "-t", pane, "Enter")
    done = wait(server, pane, "DONE")
    assert (done.kind, done.line) == (waiting.FOUND, "DONE")


def test_d14_the_prompt_that_was_there_is_no_answer(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "read line")
    assert wait(server, pane, r"^\$ $", timeout=0.4).kind == waiting.TIMEOUT
    server.tmux("send-keys", "-t", pane, "Enter")
    assert wait(server, pane, r"^\$ $").kind == waiting.FOUND


def test_d14_in_a_python_repl(server: Server) -> None:
    pane = shell(server, "py", "env", "PYTHON_BASIC_REPL=1", "python3", "-q")
    assert wait(server, pane, ">>>").kind == waiting.FOUND  # nothing was sent, so what stands there counts
    type_in(server, pane, "input()")
    assert wait(server, pane, ">>>", timeout=0.4).kind == waiting.TIMEOUT
    server.tmux("send-keys", "-t", pane, "x", "Enter")
    done = wait(server, pane, ">>>")
    assert (done.kind, done.output) == (waiting.FOUND, ["x", "'x'"])


def test_what_was_typed_while_the_shell_was_busy_is_shown_twice_and_is_no_answer(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "read line")
    type_in(server, pane, "x")
    type_in(server, pane, "read other; echo MARK")  # its echo comes at once
    assert wait(server, pane, "MARK", timeout=0.4).kind == waiting.TIMEOUT
    server.tmux("send-keys", "-t", pane, "Enter")
    assert wait(server, pane, "MARK").line == "MARK"


def test_an_answer_equal_to_what_was_sent(server: Server) -> None:
    pane = shell(server, "cat", "cat")
    type_in(server, pane, "hello")
    assert wait(server, pane, "^hello$").output == ["hello"]


def test_d26_a_bad_pattern_a_missing_pane_and_a_dead_server_are_errors_at_once(server: Server) -> None:
    with pytest.raises(UsageError, match="not a pattern"):
        waiting.pattern("(")
    with pytest.raises(MissingSession):
        wait(server, "%99", "x")
    pane = shell(server)
    threading.Timer(0.3, lambda: server.tmux("kill-pane", "-t", pane)).start()
    with pytest.raises(MissingSession):
        wait(server, pane, "never")
    pane = shell(server)
    threading.Timer(0.3, lambda: os.kill(server.pid, signal.SIGTERM)).start()
    with pytest.raises(TmuxError):
        wait(server, pane, "never")


@pytest.mark.parametrize("seconds", [0.3, 1.0])
def test_d27_the_timeout_is_kept_to_the_fraction_of_a_second(server: Server, seconds: float) -> None:
    pane = shell(server)
    begin = time.monotonic()
    assert wait(server, pane, "never", timeout=seconds).kind == waiting.TIMEOUT
    assert time.monotonic() - begin >= seconds


def test_d28_no_clock_that_can_be_set_is_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def stepping() -> float:
        raise AssertionError("the wall clock was asked")

    pane = shell(server)
    monkeypatch.setattr(time, "time", stepping)
    assert wait(server, pane, "never", timeout=0.3).kind == waiting.TIMEOUT


def test_d29_what_scrolled_away_at_once_is_found(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "echo MARKER; seq 1200")
    until(lambda: "1200" in screen(server, pane), "the end")
    assert wait(server, pane, "^MARKER$").kind == waiting.FOUND


def test_d29_also_when_the_history_is_full_and_loses_lines(server: Server) -> None:
    server.tmux("set-option", "-g", "history-limit", "500")
    pane = shell(server)
    type_in(server, pane, "seq 2300; echo MARKER; seq 300; read line")
    done = wait(server, pane, "^MARKER$")
    assert done.kind == waiting.FOUND
    server.tmux("send-keys", "-t", pane, "Enter")
    type_in(server, pane, "seq 900; read line; echo OTHER")
    assert wait(server, pane, "^MARKER$", timeout=0.4).kind == waiting.TIMEOUT


def test_no_line_is_seen_twice_or_lost_while_the_history_turns_over(server: Server) -> None:
    server.tmux("set-option", "-g", "history-limit", "300")
    pane = shell(server)
    type_in(server, pane, "i=0; while [ $i -lt 1500 ]; do echo line-$i; i=$((i+1)); done; echo END")
    done = wait(server, pane, "^END$")
    numbers = [int(line.removeprefix("line-")) for line in done.output if line.startswith("line-")]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 1499


def test_d29_text_behind_an_alternate_screen_is_seen_and_so_is_the_screen(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, r"echo BEHIND; printf '\033[?1049hOVER'; read line; printf '\033[?1049l'; echo AFTER")
    assert wait(server, pane, "^BEHIND$").kind == waiting.FOUND
    until(lambda: server.show(pane, "#{alternate_on}") == "1", "the alternate screen")
    assert wait(server, pane, "OVER").line == "OVER"
    server.tmux("send-keys", "-t", pane, "Enter")
    assert wait(server, pane, "^AFTER$").kind == waiting.FOUND


def test_wrapped_lines_are_one(server: Server) -> None:
    pane = shell(server, size=(20, 10))
    type_in(
        server,
        pane,
        "printf '%s%s\\n' aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbb; echo 12345678901234567890; echo x",
    )
    done = wait(server, pane, "^x$")
    assert done.output == ["a" * 30 + "b" * 21, "1234567890" * 2, "x"]


def test_a_cleared_screen_hides_nothing_that_comes_after(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, r"seq 30; printf '\033[H\033[2J\033[3J'; echo NEW")
    assert wait(server, pane, "^NEW$").kind == waiting.FOUND
    server.tmux("clear-history", "-t", pane)
    type_in(server, pane, "echo AGAIN")
    assert wait(server, pane, "^AGAIN$").kind == waiting.FOUND


def test_a_resize_while_waiting_makes_nothing_old_new(server: Server) -> None:
    pane = shell(server, size=(60, 10))
    type_in(server, pane, "for i in 1 2 3; do echo OLD-$i; done; seq 20")
    wait(server, pane, "^20$")
    type_in(server, pane, "read line; echo NEW")
    threading.Timer(0.3, lambda: server.tmux("resize-window", "-t", pane, "-x", "33")).start()
    assert wait(server, pane, "OLD-", timeout=1.0).kind == waiting.TIMEOUT
    server.tmux("send-keys", "-t", pane, "Enter")
    assert wait(server, pane, "^NEW$").kind == waiting.FOUND


def test_only_what_comes_from_now_on(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "echo OLD")
    assert wait(server, pane, "^OLD$").kind == waiting.FOUND
    assert wait(server, pane, "OLD", since=waiting.NOW, timeout=0.3).kind == waiting.TIMEOUT
    assert wait(server, pane, "OLD", since=waiting.ALL).line == "$ echo OLD"


def test_several_patterns_and_one_that_stops(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "echo two")
    assert wait(server, pane, "^one", "^two").pattern == "^two"
    type_in(server, pane, "echo broken")
    done = wait(server, pane, "fine", stop=[waiting.pattern("brok")])
    assert (done.kind, done.line) == (waiting.STOPPED, "broken")


def test_silence(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "for i in 1 2 3 4 5; do echo $i; sleep 0.1; done")
    done = wait(server, pane, idle=0.5)
    assert (done.kind, done.output[-2:]) == (waiting.IDLE, ["5", "$ "])


@pytest.mark.parametrize(("keeps", "status"), [("on", 3), ("off", None)])
def test_the_end_of_the_program(server: Server, keeps: str, status: int | None) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", keeps)
    pane = shell(server)
    type_in(server, pane, "sleep 0.3; exit 3")
    done = wait(server, pane, exit=True)
    assert (done.kind, done.status) == (waiting.EXITED, status)


def test_a_program_that_ended_before_the_first_look_has_ended(server: Server) -> None:
    pane = shell(server)
    ctx, where = place(server, pane)
    server.tmux("kill-pane", "-t", pane)
    wish = WaitCondition(patterns=[], timeout=20.0, exit=True)
    assert waiting.wait_since(ctx, where, wish, waiting.SENT, 1000).kind == waiting.EXITED
    with pytest.raises(MissingSession):
        waiting.wait_since(ctx, where, wish._replace(exit=False, idle=0.5), waiting.SENT, 1000)


def test_a_program_that_ends_is_not_waited_for(server: Server) -> None:
    server.tmux("set-option", "-g", "remain-on-exit", "on")
    pane = shell(server)
    type_in(server, pane, "sleep 0.2; exit 3")
    assert wait(server, pane, "never").kind == waiting.EXITED


def test_a_pattern_without_an_end_is_an_error(server: Server) -> None:
    pane = shell(server)
    type_in(server, pane, "echo " + "a" * 40 + "!")
    with pytest.raises(UsageError, match="too long"):
        wait(server, pane, r"^(a+)+$", timeout=1.0)


def test_a_busy_server_and_an_idle_pane(server: Server) -> None:
    """Other panes' output makes it look more often than needed, and find all the same."""
    server.tmux("new-window", "-d", "-t", "=proj:", "while :; do echo x; sleep 0.01; done")
    pane = shell(server)
    type_in(server, pane, "sleep 0.5; echo MARK")
    assert wait(server, pane, "^MARK$").kind == waiting.FOUND


def test_without_a_count_that_can_be_read_it_polls(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from viewsync.system.activity import Activity

    monkeypatch.setattr(Activity, "_read", lambda _: b"")
    pane = shell(server)
    type_in(server, pane, "sleep 0.3; echo MARK")
    assert wait(server, pane, "^MARK$").kind == waiting.FOUND


def test_nothing_of_it_can_be_seen(server: Server) -> None:
    pane = shell(server)
    before = server.tmux("list-clients"), server.show(pane, "#{session_attached} #{session_activity} #{pane_pipe}")
    seen: list[object] = []
    timer = threading.Timer(
        0.2,
        lambda: seen.append(
            (server.tmux("list-clients"), server.show(pane, "#{session_attached} #{session_activity} #{pane_pipe}"))
        ),
    )
    timer.start()
    wait(server, pane, "never", timeout=0.6)
    timer.join()
    assert seen == [before]


def test_tmux_is_asked_seldom_while_nothing_comes(server: Server, servers: Callable[..., Server]) -> None:
    from tests.support.sessions import count, counting_tmux

    pane = shell(server)
    env, log = counting_tmux(server.home)
    done = server.home.viewsync("wait", "-S", server.socket, "-t", pane, "-p", "never", "-T", "3", env=env)
    assert done.code == 1
    assert count(log) <= 12
