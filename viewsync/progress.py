"""What is under way, on the last line of a terminal, once it takes more than a second. It goes when it is done.

On stderr, so that it is in no pipe. A thread tells it: who does the work waits for another program meanwhile.
"""

from __future__ import annotations

import os
import signal
import threading

from viewsync import output
from viewsync.light import contextlib
from viewsync.text import cells
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECOND = 1.0
_under_way: list[threading.Event] = []  # what is part of something else is told of, and not the whole


@contextlib.contextmanager
def shown(what: str) -> Iterator[None]:
    ended = threading.Event()
    _under_way.append(ended)
    teller = threading.Thread(target=_tell, args=(output.printable(what), ended), daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        _under_way.remove(ended)
        teller.join()
        output.clear_progress()


def _tell(what: str, ended: threading.Event) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # the thread that works hears them
    seconds = 0
    while not ended.wait(_SECOND):
        seconds += 1
        if _under_way[-1:] != [ended]:
            continue
        output.show_progress(cells.cut(f"{what}: {seconds} s", _columns() - 1))


def _columns() -> int:
    try:
        return os.get_terminal_size(2).columns or 80
    except OSError:
        return 80
