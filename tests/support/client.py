"""A real program on a real pseudo-terminal: what a terminal tab is to the program in it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from typing import TYPE_CHECKING

from tests.support import forked
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Process = subprocess.Popen[bytes] | forked.InTerminal


_PREFIX = "\x02"
_PRESSES = 0.01  # seconds between two keys; of those within one millisecond tmux makes a paste (assume-paste-time)


class Tab:
    """`argv` as session leader of a new terminal. Its pid is the program's own, through every exec. `fork`: it is the
    launcher, which is called without the start of a Python.
    """

    process: Process

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str], size: tuple[int, int] = (80, 24), *, fork: bool = False
    ) -> None:
        self.master, slave = os.openpty()
        columns, rows = size
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.tty = os.ttyname(slave)
        env = {"TERM": "xterm-256color", **env}
        if fork:
            self.process = forked.InTerminal(argv, env, slave)
        else:
            # setsid(1) makes the terminal the controlling one and then is the program itself: it does not fork here.
            argv = ["setsid", "--ctty", *argv]
            self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=env)
        os.close(slave)
        self.output = bytearray()
        self._stop_reading, self._stop = os.pipe()
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def _drain(self) -> None:
        """A terminal always reads; a program would block on one that does not."""
        while True:
            ready, _, _ = select.select([self.master, self._stop_reading], [], [])
            if self._stop_reading in ready:
                return
            try:
                self.output += os.read(self.master, 65536)
            except OSError:
                return  # EIO: nobody is on the other side any more

    def type(self, text: str) -> None:
        """tmux's prefix by itself, as a person presses it: of what comes at once with other keys tmux makes a paste."""
        for piece in filter(None, re.split(f"({_PREFIX})", text)):
            if _PREFIX in text:
                time.sleep(_PRESSES)
            os.write(self.master, piece.encode())

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """As WezTerm closes a tab: SIGHUP to the tab's first process, then the terminal is gone."""
        self.signal(signal.SIGHUP)
        self.close()

    def close(self) -> None:
        """The terminal disappears, as when its emulator crashed."""
        if self.master < 0:
            return
        os.write(self._stop, b"x")
        self._reader.join()  # a read(2) under way would keep the terminal open
        for handle in (self.master, self._stop, self._stop_reading):
            os.close(handle)
        self.master = -1

    def wait(self, timeout: float = 60.0) -> int:
        return self.process.wait(timeout)

    def ended(self) -> bool:
        return self.process.poll() is not None

    def text(self) -> str:
        """What it printed so far; all of it, once it has ended."""
        if self.ended():
            self._reader.join(2)  # what it printed last may be on its way
        return self.output.decode("utf-8", "replace")

    def end(self) -> None:
        """End it by its own id, whatever state it is in."""
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGKILL)
            until(self.ended, f"the end of process {self.pid}")
        self.close()
