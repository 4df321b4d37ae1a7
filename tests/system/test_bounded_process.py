"""One step as a process: its code, its bound, its group."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.wait import until
from viewsync.system import bounded_process, process, processes

if TYPE_CHECKING:
    from pathlib import Path

    from viewsync.system.bounded_process import EndedProcess


def run(folder: Path, command: str, timeout: float = 20.0) -> tuple[EndedProcess, bytes]:
    path = folder / "log"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        ran = bounded_process.run(command, cwd=str(folder), env=dict(os.environ), timeout=timeout, output=handle)
    finally:
        os.close(handle)
    return ran, path.read_bytes()


@pytest.mark.parametrize(
    ("command", "code"), [("true", 0), ("exit 7", 7), ("nothing-like-it", 127), ("kill -9 $$", 137)]
)
def test_its_code_is_the_shells(tmp_path: Path, command: str, code: int) -> None:
    ran, _ = run(tmp_path, command)
    assert (ran.code, ran.problem) == (code, "")


def test_all_that_it_prints_is_kept_whatever_bytes(tmp_path: Path) -> None:
    _, out = run(tmp_path, r"printf 'a\000\377\n'; echo err >&2")
    assert out == b"a\0\xff\nerr\n"


def test_it_has_no_terminal_and_a_group_of_its_own(tmp_path: Path) -> None:
    _, out = run(tmp_path, "tty; ps -o pgid= -p $$; echo $$; cat")
    said = out.decode().split()
    assert said[:3] == ["not", "a", "tty"]
    assert said[3] == said[4]
    assert int(said[3]) != os.getpgid(0)


@pytest.mark.parametrize("trap", ["", "trap '' TERM; "])
def test_one_that_hangs_is_ended(tmp_path: Path, trap: str) -> None:
    ran, out = run(tmp_path, f"{trap}sleep 1000 & echo $!; wait; wait", timeout=0.2)
    assert ran.problem == "it took longer than 0.2 s"
    assert ran.code in (128 + signal.SIGTERM, 128 + signal.SIGKILL)
    until(lambda: not processes.alive(int(out)), "the end of what it started")


def test_one_that_cleans_up_when_asked_gets_its_time(tmp_path: Path) -> None:
    ran, out = run(tmp_path, "trap 'sleep 0.2; echo tidy; exit 3' TERM; while :; do sleep 0.01; done", timeout=0.2)
    assert (ran.code, out.endswith(b"tidy\n")) == (3, True)


def test_what_stays_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    ran, out = run(tmp_path, "sleep 1000 & echo $!")
    pid = int(out)
    assert ran.problem == ""
    assert processes.alive(pid)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not processes.alive(pid), "its end")


@pytest.mark.parametrize("command", ["echo \0", "x" * 300_000])
def test_what_cannot_be_started_is_told(tmp_path: Path, command: str) -> None:
    ran, _ = run(tmp_path, command)
    assert ran.code == 127
    assert ran.problem.startswith("cannot run /bin/sh in ")


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> list[process.Child]:
    """Steps that are interrupted in the moment in which they begin."""
    begun = []
    start = process.start_group

    def start_and_interrupt(*words: Any, **options: Any) -> process.Child:
        begun.append(start(*words, **options))
        signal.raise_signal(signal.SIGINT)
        return begun[-1]

    monkeypatch.setattr(process, "start_group", start_and_interrupt)
    return begun


def test_a_ctrl_c_while_it_begins_leaves_nothing_behind(tmp_path: Path, interrupted: list[process.Child]) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "exec sleep 1000")
    assert [processes.alive(child.pid) for child in interrupted] == [False]


def test_nor_does_another_one_while_it_is_asked_to_end(
    tmp_path: Path, interrupted: list[process.Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: object) -> bool:
        signal.raise_signal(signal.SIGINT)
        return False

    monkeypatch.setattr(bounded_process, "_exited", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "trap '' TERM; while :; do sleep 0.05; done")
    assert [processes.alive(child.pid) for child in interrupted] == [False]
