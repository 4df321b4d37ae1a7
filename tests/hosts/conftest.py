"""What the tests of other hosts share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.far_host import FarHost
    from tests.support.server import Server


@pytest.fixture
def proj(far: FarHost) -> Iterator[Server]:
    """A session of that name on the far host."""
    found = far.server()
    yield found
    found.stop()
