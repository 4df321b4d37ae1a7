"""Whether the shell of a pane waits at its prompt."""

from __future__ import annotations

import os
import pty
import shutil
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.wait import until
from viewsync.system import procfs, shells

if TYPE_CHECKING:
    from tests.support.server import Home

SHELLS = [["zsh", "-f"], ["dash", "-i"], ["bash", "--norc"], ["mksh"], ["tcsh", "-f"]]


def waiting(pid: int) -> bool:
    found = shells.foreground(pid)
    return found is not None and found.waiting


@pytest.mark.skipif(not procfs.there(), reason="only Linux tells where a process sleeps")
@pytest.mark.parametrize("argv", SHELLS, ids=lambda argv: argv[0])
def test_one_that_waits_for_a_job_is_at_no_prompt(argv: list[str], home: Home) -> None:
    if not shutil.which(argv[0]):
        pytest.skip(f"no {argv[0]} here")
    pid, terminal = pty.fork()
    if not pid:
        os.execvpe(argv[0], argv, home.env)
    try:
        until(lambda: waiting(pid), "its prompt")
        os.write(terminal, b"sleep 300 &\r")
        until(lambda: psutil.Process(pid).children() and waiting(pid), "its next prompt")
        os.write(terminal, b"wait\r")
        until(lambda: not waiting(pid) and procfs.waits_for_others(pid), "that it waits for the job")
    finally:
        for job in psutil.Process(pid).children():
            job.kill()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
