"""Numbers that the system gives out again: Linux gives a terminal the lowest one that is free."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator


_PATIENCE = 20.0  # seconds: by then whoever was faster is no other test


@contextlib.contextmanager
def terminal_again(tty: str) -> Iterator[None]:
    """Meanwhile the number of that terminal, which is gone, is another one's: ours, or somebody's who keeps it."""
    handles: list[int] = []
    begin = time.monotonic()

    def taken() -> bool:
        if not os.path.exists(tty):
            handles.extend(os.openpty())
        ours = tty in map(os.ttyname, handles[1::2])
        return ours or (os.path.exists(tty) and time.monotonic() - begin > _PATIENCE)

    try:
        until(taken, f"{tty} to be given out again")
        yield
    finally:
        for handle in handles:
            os.close(handle)
