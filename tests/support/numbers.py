"""Numbers that the system gives out again: Linux gives a terminal the lowest one that is free."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def terminal_again(tty: str) -> Iterator[None]:
    """Meanwhile the number of that terminal, which is gone, is another one's: ours, or somebody's who was faster."""
    handles: list[int] = []

    def taken() -> bool:
        if not os.path.exists(tty):
            handles.extend(os.openpty())
        return os.path.exists(tty)

    try:
        until(taken, f"{tty} to be given out again")
        yield
    finally:
        for handle in handles:
            os.close(handle)
