"""viewsync as a process of its own, without the start of a Python for each.

Most of what the tests cost is Python that starts and imports: 50 ms, of which a verb's own work is 10. So a Python that
has imported everything is kept for each worker, and what is called is a fork of it: a process with the environment,
folder and files that it is given, which runs what the launcher runs. Not so where the start is what matters: in a tab,
a hook, a shell or a pane the launcher is started; by the fixture `real_starts` it is in a test, by `--long` everywhere.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support import forms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SERVER = os.path.join(os.path.dirname(__file__), "fork_server.py")
_AGENTS_START = os.path.join(os.path.dirname(__file__), "agents_start.py")
_AT_ITS_START = ("LANGUAGE", "LC_", "LD_", "PYTHON", "MALLOC")  # what Python or libc look at then, by their beginning
_LONG = 100_000  # bytes of words, which the system may refuse

wanted = True  # not in tests that have the fixture `real_starts`
always = False  # also by `--long`, in tests that have the fixture `forks`


class Ended(NamedTuple):
    code: int
    out: bytes
    err: bytes


def possible(argv: Sequence[str], env: Mapping[str, str]) -> bool:
    return (
        wanted
        and (always or not forms.long)
        and hasattr(os, "pidfd_open")
        and env.get("LANG") == "C.UTF-8"
        and not any(name.startswith(_AT_ITS_START) for name in env)
        and not any("\0" in word for word in argv)
        and sum(map(len, argv)) < _LONG
    )


@functools.cache
def _server() -> socket.socket:
    return _start()


@functools.cache
def _agents_server() -> str:
    """The name on which one listens that has imported what serves agents, too."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("")  # Linux finds one that no file has
        listening.listen(64)
        _start(listening)
        return bytes(listening.getsockname())[1:].decode()


def agents_start(argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """The words by which an agent's client starts that program, with its files and in that environment: a small Python,
    instead of the second that an import of the SDK takes.
    """
    if not possible(argv, env):
        return list(argv)
    return [sys.executable, "-I", "-S", _AGENTS_START, _agents_server(), *argv]


def _start(*listening: socket.socket) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    numbers = [end.fileno() for end in (theirs, *listening)]
    argv = [sys.executable, "-I", "-X", "utf8", _SERVER, *map(str, numbers)]
    env = {"LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
    process = subprocess.Popen(
        argv, env=env, pass_fds=numbers, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    theirs.close()
    mine = os.getpid()

    def end() -> None:
        if os.getpid() == mine:
            ours.close()
            process.wait(30)

    atexit.register(end)
    return ours


class InTerminal:
    """A fork that leads the session of a terminal, `slave`. Of subprocess.Popen it has what a tab needs."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], slave: int) -> None:
        self._said, its = socket.socketpair()
        with its:
            socket.send_fds(_server(), [b"x"], [slave, slave, slave, its.fileno()])
        call = {"argv": list(argv), "env": dict(env), "cwd": os.getcwd(), "edge": {}, "leads": True, "terminal": True}
        self._said.sendall(json.dumps(call).encode() + b"\n")
        self._lines = self._said.makefile("rb")
        self._looking = threading.Lock()
        self.pid = int(self._lines.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        with self._looking:  # a test's thread may look, too
            if self.returncode is None and select.select([self._said], [], [], 0)[0]:
                self.returncode = os.waitstatus_to_exitcode(int(self._lines.readline()))
                self._lines.close()
                self._said.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None and not select.select([self._said], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # its end is known here a moment later
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    argv: Sequence[str],
    env: Mapping[str, str],
    stdin: bytes | None = b"",
    timeout: float = 60,
    cwd: str = "",
    edge: Mapping[str, Any] = MappingProxyType({}),
) -> Ended:
    """As subprocess.run does. With None for `stdin`, it is /dev/null. `edge`: as in edges.py."""
    said, its = socket.socketpair()
    with contextlib.ExitStack() as ours:
        ours.callback(said.close)
        with contextlib.ExitStack() as theirs:
            theirs.callback(its.close)
            (read_in, write_in), (out, write_out), (err, write_err) = (
                (os.open(os.devnull, os.O_RDONLY), -1) if number == 0 and stdin is None else os.pipe()
                for number in range(3)
            )
            for handle in (read_in, write_out, write_err):
                theirs.callback(os.close, handle)
            for handle in (out, err):
                ours.callback(os.close, handle)
            socket.send_fds(_server(), [b"x"], [read_in, write_out, write_err, its.fileno()])
        call = {"argv": list(argv), "env": dict(env), "cwd": cwd or os.getcwd(), "edge": dict(edge)}
        said.sendall(json.dumps(call).encode() + b"\n")
        if stdin is not None:
            _feed(write_in, stdin)
        found = _read([said.fileno(), out, err], time.monotonic() + timeout)
        pid, _, status = found[0].decode().partition("\n")
        if not status:
            os.kill(int(pid), signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(argv), timeout, found[1], found[2])
        return Ended(os.waitstatus_to_exitcode(int(status)), found[1], found[2])


def _feed(handle: int, data: bytes) -> None:
    """What a pipe has no room for is written beside what is read."""

    def write() -> None:
        with contextlib.suppress(BrokenPipeError), open(handle, "wb") as file:
            file.write(data)

    if len(data) <= select.PIPE_BUF:
        write()
    else:
        threading.Thread(target=write, daemon=True).start()


def _read(handles: Sequence[int], deadline: float) -> list[bytes]:
    """All that comes from each until its end; until then, less."""
    found = dict.fromkeys(handles, b"")
    with selectors.DefaultSelector() as selector:
        for handle in handles:
            selector.register(handle, selectors.EVENT_READ)
        while selector.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                data = os.read(key.fd, 65536)
                found[key.fd] += data
                if not data:
                    selector.unregister(key.fd)
        if selector.get_map():
            found[handles[0]] = found[handles[0]].partition(b"\n")[0]
    return list(found.values())
