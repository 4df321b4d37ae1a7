"""The one door to other programs: bounded, and true to the byte."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from tests.support.server import alive
from tests.support.wait import until
from viewsync.system import process, processes
from viewsync.tmux.server import Tmux, clean


def test_output_and_exit_code_come_back() -> None:
    done = process.run(["sh", "-c", "cat; echo oops >&2; exit 7"], timeout=10, stdin="caf\udce9 日本\r\n")
    assert done == (7, "caf\udce9 日本\r\n", "oops\n")


@pytest.mark.parametrize(
    "script",
    [
        "exec sleep 60",
        "trap '' TERM INT HUP; while :; do sleep 60; done",
        "sleep 60 & exec sleep 60",
        "exec yes",
    ],
)
def test_a_program_that_does_not_come_back_is_ended(script: str) -> None:
    start = time.monotonic()
    with pytest.raises(process.TimedOut, match=r"sh did not answer within 0\.2 s"):
        process.run(["sh", "-c", script], timeout=0.2)
    assert time.monotonic() - start < 20  # not the minute that it would have taken


def test_a_stdin_that_nobody_reads_does_not_block() -> None:
    with pytest.raises(process.TimedOut):
        process.run(["sleep", "60"], timeout=0.2, stdin="x" * 1_000_000)


@pytest.mark.parametrize("argv", [["/nonexistent"], ["/"], ["/etc/passwd"], ["echo", "a\0b"]])
def test_what_cannot_be_run_is_an_error_of_ours(argv: list[str]) -> None:
    with pytest.raises(process.NotStarted, match=f"cannot run {argv[0]}"):
        process.run(argv, timeout=5)


def test_a_process_is_alive_until_it_ended_reaped_or_not() -> None:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    start = processes.start_time(child.pid)
    assert processes.alive(child.pid)
    assert processes.alive(child.pid, start)
    assert not processes.alive(child.pid, start + 5)
    assert child.stdin
    child.stdin.close()
    until(lambda: not alive(child.pid), "its end")
    assert not processes.alive(child.pid)  # nobody reaped it yet
    child.wait()
    assert not processes.alive(child.pid)
    assert not processes.alive(0)
    assert not processes.alive(-1)
    assert processes.alive(os.getpid())
    assert processes.alive(1)


def test_every_call_names_its_server_and_leaves_our_own_tmux_out() -> None:
    env = {"TMUX": "/other,1,0", "TMUX_PANE": "%3", "TMUX_TMPDIR": "/x", "HOME": "/h"}
    assert clean(env) == {"TMUX_TMPDIR": "/x", "HOME": "/h"}
    assert Tmux("/bin/tmux", 1.0, env).argv("/s", "ls") == ["/bin/tmux", "-u", "-S", "/s", "ls"]
