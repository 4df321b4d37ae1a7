"""A program started as nobody thinks of: with signals ignored or blocked, another umask, few files, standard files
that are closed. What is set survives every exec, as it does below nohup, cron, a daemon or a graphical program.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROGRAM = """
import json, os, resource, signal, sys
how, argv = json.loads(sys.argv[1]), sys.argv[2:]
for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them
    signal.signal(number, signal.SIG_DFL)
for name in how["ignored"]:
    signal.signal(signal.Signals["SIG" + name], signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_SETMASK, [signal.Signals["SIG" + name] for name in how["blocked"]])
if how["umask"] >= 0:
    os.umask(how["umask"])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
if how["files"]:
    most = how["files"] if hard == resource.RLIM_INFINITY else min(how["files"], hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
if how["processes"]:
    resource.setrlimit(resource.RLIMIT_NPROC, (how["processes"], how["processes"]))
for handle in range(how["inherited"]):
    os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)
for handle in how["closed"]:
    os.close(handle)
signal.setitimer(signal.ITIMER_REAL, how["alarm"])
os.execvp(argv[0], argv)
"""


class Odd(NamedTuple):
    """Signals by their names without SIG."""

    ignored: Sequence[str] = ()
    blocked: Sequence[str] = ()
    umask: int = -1  # -1: the one that we have
    files: int = 0  # how many may be open, as far as the hard limit lets us; 0: as many as with us
    inherited: int = 0  # so many files are open already
    closed: Sequence[int] = ()  # of the standard files
    processes: int = 0  # how many its user may have, who is not root; 0: as many as with us
    alarm: float = 0  # seconds after which SIGALRM comes

    def start(self, *argv: str) -> list[str]:
        """The words that start `argv` in this way; it is the same process."""
        return [sys.executable, "-I", "-c", _PROGRAM, json.dumps(self._asdict()), *argv]
