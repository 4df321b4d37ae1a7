"""Running a command from a process that lives on, as a program that uses viewsync's functions does."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import psutil

from tests.support.sessions import create
from tests.support.wait import until
from viewsync.context import Context
from viewsync.panes import executing
from viewsync.panes.rules import exec_script
from viewsync.registry.targets import TargetArgs
from viewsync.system import processes

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.support.server import Home, Server


def folders(home: Home) -> list[str]:
    return os.listdir(os.path.join(home.state, "exec"))


def test_the_output_and_the_code(server: Server, home: Home) -> None:
    create(server, "sh", "--", "bash", "--norc")
    taken: list[bytes] = []
    ran = executing.execute(Context(env=home.env), TargetArgs(session="sh"), "echo x; (exit 3)", 20.0, taken.append)
    assert (ran.session, ran.kind, ran.code, b"".join(taken)) == ("sh", executing.DONE, 3, b"x\n")
    assert folders(home) == []


def test_what_was_left_is_removed_while_its_maker_lives_on(server: Server, home: Home) -> None:
    create(server, "sh", "--", "bash", "--norc")
    mark = os.path.join(home.path, "go")
    command = f"while [ ! -e {mark} ]; do sleep 0.05; done"
    ran = executing.execute(Context(env=home.env), TargetArgs(session="sh"), command, 2.0, bytearray().extend)
    assert (ran.kind, ran.code, len(folders(home))) == (executing.TIMEOUT, None, 1)
    with open(mark, "w", encoding="utf-8"):
        pass
    until(lambda: folders(home) == [], "the folder to be removed")


def test_a_keeper_that_ends_at_once_takes_nothing_with_it(
    server: Server, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = processes.tell

    def tell_and_see_it_end(pid: int, number: int, ours: Callable[[], bool]) -> None:
        shell = psutil.Process(pid).parent()
        tell(pid, number, ours)
        assert shell
        until(lambda: not shell.is_running(), "the end of what waits for dd")

    create(server, "sh", "--", "bash", "--norc")
    mark = os.path.join(home.path, "go")
    command = f"while [ ! -e {mark} ]; do sleep 0.05; done"
    monkeypatch.setattr(processes, "tell", tell_and_see_it_end)
    options = executing.ExecOptions(idle=0.3)
    ran = executing.execute(Context(env=home.env), TargetArgs(session="sh"), command, 20.0, bytearray().extend, options)
    (folder,) = folders(home)
    left = os.listdir(os.path.join(home.state, "exec", folder))
    assert (ran.kind, exec_script.PIPE in left, exec_script.LOST in left) == (executing.IDLE, True, False)
    with open(mark, "w", encoding="utf-8"):
        pass
    until(lambda: folders(home) == [], "the folder to be removed")


def test_whoever_takes_the_output_slowly_runs_out_of_time_too(server: Server, home: Home) -> None:
    create(server, "sh", "--", "bash", "--norc")
    taken = 0

    def take(data: bytes) -> None:
        nonlocal taken
        taken += 1
        assert taken < 100
        time.sleep(0.1)  # waits for nothing: to be slow is what is tested

    ran = executing.execute(Context(env=home.env), TargetArgs(session="sh"), "yes", 0.5, take)
    assert ran.kind == executing.TIMEOUT
    server.tmux("send-keys", "-t", "=sh:", "C-c")
    until(lambda: folders(home) == [], "the folder to be removed")


def test_a_failure_of_whoever_takes_it_leaves_the_command_alone(server: Server, home: Home) -> None:
    create(server, "sh", "--", "bash", "--norc")
    mark = os.path.join(home.path, "done")

    def take(data: bytes) -> None:
        raise ZeroDivisionError

    try:
        executing.execute(
            Context(env=home.env), TargetArgs(session="sh"), f"echo x; sleep 0.3; touch {mark}", 20.0, take
        )
    except ZeroDivisionError:
        until(lambda: os.path.exists(mark), "the end of the command")
        until(lambda: folders(home) == [], "the folder to be removed")
    else:
        raise AssertionError("it was swallowed")
