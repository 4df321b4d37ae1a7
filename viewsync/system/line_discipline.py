"""The terminal of somebody else's pane: how it takes what is typed."""

from __future__ import annotations

import os
import termios

LONGEST_LINE = 4095  # bytes that a terminal takes in one line (N_TTY_BUF_SIZE on Linux); it cuts what is longer
_LOCAL = 3  # where termios keeps the local modes


def reads_lines(path: str) -> bool:
    """Whether it hands whole lines to its program, and keeps them meanwhile. False where that cannot be seen."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return bool(termios.tcgetattr(handle)[_LOCAL] & termios.ICANON)
    except termios.error:
        return False
    finally:
        os.close(handle)
