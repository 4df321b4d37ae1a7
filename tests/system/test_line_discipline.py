"""What waits in a terminal for its program."""

from __future__ import annotations

import os
import tty

from viewsync.system import line_discipline


def test_what_was_written_a_moment_ago_waits_there() -> None:
    """Linux brings it from one end to the other beside us: of 2,000 looks some 400 found nothing."""
    master, slave = os.openpty()
    try:
        tty.setraw(slave)
        path = os.ttyname(slave)
        for _ in range(2000):
            os.write(master, b"text")
            assert line_discipline.unread(path) == 4
            assert os.read(slave, 10) == b"text"
        assert line_discipline.unread(path) == 0
    finally:
        os.close(master)
        os.close(slave)
    assert line_discipline.unread(path) == -1
