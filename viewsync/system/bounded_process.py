"""Run one step of a project: a line of shell in a process group of its own, with a bound, its output in a file.

The output goes into the file itself and not through us: a service that the step started in the background keeps its
own end of it, when the step is over and when we are gone.
"""

from __future__ import annotations

import os
import time

from viewsync.light import contextlib, signal
from viewsync.system import process, procfs, signals
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELL = "/bin/sh"
MOST_OUTPUT = 64 * 1024 * 1024  # bytes; one that prints for ever would fill the disk before its time is over
_GRACE = 2.0  # seconds from TERM to KILL
_TICK = 0.1


class EndedProcess(NamedTuple):
    code: int  # as the shell gives it: 128 and the signal's number for one that a signal ended
    seconds: float
    problem: str  # why it was ended, or not even started; "" for one that came to its own end


def run(command: str, *, cwd: str, env: Mapping[str, str], timeout: float, output: int) -> EndedProcess:
    """To its end, or to `timeout` seconds. What it leaves running in the background is left alone, unless it is
    ended itself, as it is with us: by ^C, TERM, or the end of our terminal. `output`: an open file.
    """
    with signals.exiting():
        return _run(command, cwd, env, timeout, output)


def _run(command: str, cwd: str, env: Mapping[str, str], timeout: float, output: int) -> EndedProcess:
    begin = time.monotonic()
    if not os.path.isdir(cwd):
        return EndedProcess(127, 0.0, f"there is no folder {cwd}")
    child: process.Child | None = None
    try:
        with signals.deferred():
            child = process.start_group([SHELL, "-c", command], cwd=cwd, env=env, output=output)
        problem = f"it took longer than {timeout:g} s" if _wait(child, begin + timeout, output) else ""
        if os.fstat(output).st_size > MOST_OUTPUT:
            problem = f"it printed more than {MOST_OUTPUT // (1024 * 1024)} MB"
    except process.NotStarted as error:
        return EndedProcess(127, 0.0, error.message)
    except BaseException:  # what ends us does not reach it by itself
        if child:
            _end(child)
        raise
    if problem:
        _end(child)
    code = child.wait()
    return EndedProcess(code if code >= 0 else 128 - code, time.monotonic() - begin, problem)


def _wait(child: process.Child, deadline: float, output: int) -> bool:
    """True when it has to be ended."""
    while not _exited(child):
        left = deadline - time.monotonic()
        if left <= 0 or os.fstat(output).st_size > MOST_OUTPUT:
            return True
        _sleep(child, min(left, _TICK))
    return False


def _sleep(child: process.Child, seconds: float) -> None:
    """For that long, or until it ends."""
    until = time.monotonic() + seconds
    pause = 0.001
    while (left := until - time.monotonic()) > 0 and not _exited(child):
        time.sleep(min(pause, left))
        pause *= 1.5


def _exited(child: process.Child) -> bool:
    """Without reaping it where that can be had: as long as it is a zombie nobody else gets its id."""
    if not hasattr(os, "waitid"):
        return child.poll() is not None
    with contextlib.suppress(ChildProcessError):
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return True


def _end(child: process.Child) -> None:
    """It and its whole group: asked first, then ended."""
    deadline = time.monotonic() + _GRACE
    try:
        _signal(child, signal.SIGTERM)
        while time.monotonic() < deadline and not (_exited(child) and not _others(child.pid)):
            time.sleep(0.02)
    finally:  # also when somebody presses ^C once more
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: process.Child, number: int) -> None:
    """The group cannot be another one by now: its leader is not reaped, or was ours a moment ago."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def _others(group: int) -> bool:
    """Whether others of the group live beside its leader. Where nobody knows, they get their time."""
    if not procfs.there():
        return True
    found = (procfs.stat(pid) for pid in procfs.pids() if pid != group)
    return any(other.group == group and not other.ended for other in found if other)
