"""Keep a closing tab from typing into the program in the pane (promise 9).

WezTerm writes a newline and the terminal's end-of-file character into a terminal that it closes, unless that character
is disabled (wezterm #7898). So it is, while the client is there; and only on Linux: the disabled value is 0xff on
macOS, where WezTerm would type that.
"""

from __future__ import annotations

import os
import sys
import termios
import time

from viewsync.light import contextlib, signal
from viewsync.system import procfs, terminal

_OUTPUT, _LOCAL, _CC = 1, 3, 6  # where termios keeps output modes, local modes and control characters
_FIRST, _LAST = 0.002, 0.05  # seconds between two looks
_LONGEST = 120.0  # seconds that an attach takes at most, on a machine that is very busy


def disable() -> None:
    """Just before this process becomes the client.

    A tab of its own ends with us. A shell wants its terminal back as it was, Ctrl-D included: the tmux server gives
    that back, before the client ends or is suspended, as the terminal was when it attached. So there the character is
    disabled after that, by a child that is gone at once: nobody has to wait, and this process stays the shell's job.
    """
    if sys.platform != "linux":
        return
    if terminal.is_session_leader():
        _write()
        return
    with contextlib.suppress(OSError):  # no process is to be had: then without
        client = os.getpid()
        if os.fork() == 0:
            try:
                _close_all_but_terminal()
                signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # the shell is on the terminal again: nobody to stop for
                _disable_when_attached(client)
            finally:
                os._exit(0)


def _close_all_but_terminal() -> None:
    """Who reads what we write, or waits for a lock of our caller's, waits for the client alone."""
    for number in procfs.our_files():
        if number:
            with contextlib.suppress(OSError):  # that of the reading itself
                os.close(number)


def _disable_when_attached(client: int) -> None:
    pause, end = _FIRST, time.monotonic() + _LONGEST
    while os.getppid() == client and time.monotonic() < end:
        if _is_tmuxs():
            _write()
            return
        time.sleep(pause)
        pause = min(_LAST, pause * 1.2)


def _is_tmuxs() -> bool:
    """Whether tmux has set the terminal up for our client. Shells that edit a line leave output and signals as they
    are, and are on the terminal alone.
    """
    try:
        settings = termios.tcgetattr(0)
        return (
            not settings[_LOCAL] & (termios.ICANON | termios.ISIG)
            and not settings[_OUTPUT] & termios.OPOST
            and os.tcgetpgrp(0) == os.getpgrp()
        )
    except termios.error:
        raise OSError from None


def _write() -> None:
    with contextlib.suppress(termios.error, OSError):
        settings = termios.tcgetattr(0)
        settings[_CC][termios.VEOF] = b"\0"
        termios.tcsetattr(0, termios.TCSANOW, settings)
