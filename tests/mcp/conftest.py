"""A home whose own tmux servers end with it."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.mcp.served import Starts
from tests.support.server import Home, alive
from tests.support.wait import until

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def home() -> Iterator[Home]:
    """Servers that an agent had started are ended by their process ids."""
    found = Home()
    yield found
    sockets = {str(row["socket"]) for row in found.registry()["sessions"].values()}
    for socket in sockets:
        pid = found.run(["tmux", "-S", socket, "display-message", "-p", "#{pid}"]).out.strip()
        if pid.isdigit():
            end(int(pid))
    found.remove()


@pytest.fixture
def start(home: Home) -> Iterator[Starts]:
    starts = Starts(home)
    yield starts
    starts.end()


def end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    until(lambda: not alive(pid), f"the end of tmux server {pid}")
