"""The one door to other programs: bounded, and true to the byte."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.server import alive
from tests.support.wait import until
from viewsync.system import process, processes
from viewsync.tmux.server import Tmux, clean

if TYPE_CHECKING:
    from pathlib import Path


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
    assert Tmux("/bin/tmux", 1.0, env).argv("/s", "ls", starts=True) == ["/bin/tmux", "-u", "-S", "/s", "ls"]


def test_a_program_is_found_where_the_system_would_find_it(tmp_path: Path) -> None:
    for name, mode in (("mine", 0o755), ("data", 0o644)):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(mode)
    (tmp_path / "folder").mkdir()
    env = {"PATH": f"/nonexistent:{tmp_path}"}
    assert process.which("mine", env) == process.which(str(tmp_path / "mine"), {}) == str(tmp_path / "mine")
    assert [process.which(program, env) for program in ("data", "folder", "none", "", "/nonexistent/mine")] == [""] * 5
