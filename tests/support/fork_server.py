"""The program behind tests/support/forked.py: a Python that has imported viewsync, and forks for each call.

It is started with the launcher's own flags. Its first argument is the number of a socket on which calls come: with each
come the three standard files, and a socket on which the rest is told and the exit status is awaited. With a second one,
the number of a socket that listens, it has imported what serves agents, too, and agents_start.py calls it there.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import re
import resource
import select
import signal
import socket
import sys
import termios
import threading
import time
import warnings
from types import MappingProxyType
from typing import TYPE_CHECKING

import viewsync

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OTHER_WAYS_IN = ("viewsync.mcp.", "mcp", "viewsync.api", "viewsync.tmux.libtmux_objects", "libtmux")
_WITHIN = re.compile(r"^ +(?:from|import) ([\w.]+)(?= import | as |  #|$)", re.MULTILINE)  # on a line of a function


def main() -> None:
    calls, *listening = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    warnings.simplefilter("ignore")
    import_all(() if listening else _OTHER_WAYS_IN)
    gc.collect()
    gc.freeze()
    running: dict[int, tuple[int, socket.socket]] = {}
    poll = select.poll()
    for end in (calls, *listening):
        poll.register(end, select.POLLIN)
    while True:
        for handle, _ in poll.poll():
            if handle in running:
                poll.unregister(handle)
                pid, caller = running.pop(handle)
                os.close(handle)
                with contextlib.suppress(OSError), caller:  # who had no more time has gone
                    caller.sendall(b"%d\n" % os.waitpid(pid, 0)[1])
                continue
            if handle == calls.fileno():
                data, handles, _, _ = socket.recv_fds(calls, 1, 4)
                if not data:
                    return  # the tests are over
                *standard, said = handles
                caller = socket.socket(fileno=said)
            else:
                caller, _ = listening[0].accept()
                _, standard, _, _ = socket.recv_fds(caller, 1, 3)
            pid = os.fork()
            if not pid:
                become(caller, standard)
            for number in standard:
                os.close(number)
            watched = os.pidfd_open(pid)
            running[watched] = pid, caller
            poll.register(watched, select.POLLIN)


def import_all(but: tuple[str, ...]) -> None:
    """All that verbs are made of, and what any of their functions imports where it can be had.

    For verbs not what serves agents and Python programs: that is more than half of the memory, whose tables each fork
    copies.
    """
    for module in pkgutil.walk_packages(viewsync.__path__, "viewsync."):
        if not module.name.endswith("__main__") and not module.name.startswith(but):
            importlib.import_module(module.name)
    within = set()
    for name in [name for name in sys.modules if name.startswith("viewsync.")]:
        with open(str(sys.modules[name].__file__), encoding="utf-8") as file:
            within |= set(_WITHIN.findall(file.read()))
    for name in within:
        if not name.startswith(but):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def become(caller: socket.socket, standard: list[int]) -> None:
    """The program that was called; ends as the launcher's `sys.exit(main())` does."""
    with caller.makefile("r", encoding="utf-8", errors="surrogateescape") as said:
        call = json.loads(said.readline())
    if call.get("leads"):
        os.setsid()
    caller.sendall(b"%d\n" % os.getpid())
    for number, handle in enumerate(standard):
        os.dup2(handle, number)
    if call.get("terminal"):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # as Python finds it at its start
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir(call["cwd"])
    os.environ.clear()
    os.environ.update(call["env"])
    time.tzset()
    on_an_edge(**call["edge"])
    sys.argv = call["argv"]
    from viewsync.cli import main

    code = main()
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as the interpreter does at its end
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "shutil.rmtree")
# All that others can see: locks and programs, too.
_STEPS = (*_CHANGES, *(f"os.{what}" for what in ("exec", "fork", "kill", "link", "posix_spawn", "truncate")))
_STEPS = (*_STEPS, "fcntl.flock", "sqlite3.connect", "subprocess.Popen")


def kill_at(number: int, events: Sequence[str], flags: int) -> None:
    """As by `kill -9` just before the event of that number; an open file counts that is opened with one of `flags`."""
    seen = 0

    def hear(event: str, words: tuple[object, ...]) -> None:
        nonlocal seen
        if event in events or (event == "open" and isinstance(words[2], int) and words[2] & flags):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)


def on_an_edge(
    gone: bool = False,
    killed_at: int = 0,
    step: int = 0,
    most_files: int = 0,
    files: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """As what was started on it finds itself (`Edge` in edges.py): after what needs more than that has. It is killed at
    the change of a number, or at a step.
    """
    if most_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    if killed_at:
        kill_at(killed_at, _CHANGES, os.O_CREAT)
    if step:
        kill_at(step, _STEPS, os.O_WRONLY | os.O_RDWR)
    if gone:
        os.rmdir(os.getcwd())
    for number, what in files.items():
        os.close(int(number))
        name = ("stdin", "stdout", "stderr")[int(number)]
        if what == "closed":  # as Python's own start has it
            setattr(sys, name, None)
            setattr(sys, f"__{name}__", None)
        elif what == "hung up":
            reading, writing = os.pipe()
            if writing != int(number):  # the lowest free number is that of the reading end
                os.dup2(writing, int(number))
                os.close(writing)
                os.close(reading) if reading != int(number) else None
        else:
            os.open(what, os.O_RDWR)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()
