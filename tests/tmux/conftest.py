"""One real server for a whole module: hypothesis asks it hundreds of times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.server import Home, Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    home = Home()
    server = Server(home).start()
    yield server
    server.stop()
    home.remove()
