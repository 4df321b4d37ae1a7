"""Run one step of a project: a line of shell in a process group of its own, with a bound, its output in a file.

The output goes into the file itself and not through us: a service that the step started in the background keeps its
own end of it, when the step is over and when we are gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from viewsync.system import process, procfs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

SHELL = "/bin/sh"
MOST_OUTPUT = 64 * 1024 * 1024  # bytes; one that prints for ever would fill the disk before its time is over
_GRACE = 2.0  # seconds from TERM to KILL
_TICK = 0.1


class Ran(NamedTuple):
    code: int  # as the shell gives it: 128 and the signal's number for one that a signal ended
    seconds: float
    problem: str  # why it was ended, or not even started; "" for one that came to its own end


def run(command: str, *, cwd: str, env: Mapping[str, str], timeout: float, output: int) -> Ran:
    """To its end, or to `timeout` seconds. What it leaves running in the background is left alone, unless it is
    ended itself, as it is with us: by ^C, TERM, or the end of our terminal. `output`: an open file.
    """
    with _exiting():
        return _run(command, cwd, env, timeout, output)


def _run(command: str, cwd: str, env: Mapping[str, str], timeout: float, output: int) -> Ran:
    begin = time.monotonic()
    if not os.path.isdir(cwd):
        return Ran(127, 0.0, f"there is no folder {cwd}")
    child: process.Child | None = None
    try:
        with _uninterrupted():
            child = process.start_group([SHELL, "-c", command], cwd=cwd, env=env, output=output)
        problem = f"it took longer than {timeout:g} s" if _wait(child, begin + timeout, output) else ""
        if os.fstat(output).st_size > MOST_OUTPUT:
            problem = f"it printed more than {MOST_OUTPUT // (1024 * 1024)} MB"
    except process.NotStarted as error:
        return Ran(127, 0.0, error.message)
    except BaseException:  # what ends us does not reach it by itself
        if child:
            _end(child)
        raise
    if problem:
        _end(child)
    code = child.wait()
    return Ran(code if code >= 0 else 128 - code, time.monotonic() - begin, problem)


@contextlib.contextmanager
def _exiting() -> Iterator[None]:
    """What would end us without a word is an exception, as ^C is. What somebody handles, or ignores, stays so."""
    numbers = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) == signal.SIG_DFL]
    with _handled(numbers, lambda number, _: sys.exit(128 + number)):
        yield


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Signals are heard afterwards: in the middle of a start one would leave behind what nobody knows of."""
    heard: list[int] = []
    try:
        with _handled((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), lambda number, _: heard.append(number)):
            yield
    finally:
        for number in heard:
            signal.raise_signal(number)


@contextlib.contextmanager
def _handled(numbers: Sequence[int], handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """But for what is ignored. Only a main thread can say so."""
    main = threading.current_thread() is threading.main_thread()
    wanted = [each for each in numbers if main and signal.getsignal(each) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, handler) for number in wanted}
    try:
        yield
    finally:
        for number, other in before.items():
            signal.signal(number, other)


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
    return any(each.group == group and not each.ended for each in found if each)
