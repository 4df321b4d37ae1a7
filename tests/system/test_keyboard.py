"""Keys as they are read: bytes that come in two parts are one key."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_AT_ONCE = 4096  # bytes that one reading takes


@pytest.mark.parametrize(
    ("key", "named"), [("\033[A", "up"), ("\033OB", "down"), ("\033[5~", "page-up"), ("日", "日"), ("\033", "escape")]
)
def test_a_key_whose_bytes_come_in_two_parts_is_that_key(tmp_path: Path, key: str, named: str) -> None:
    path = tmp_path / "typed"
    path.write_bytes(b"x" * (_AT_ONCE - 1) + key.encode())
    say = "from viewsync.system import keyboard; import sys; sys.stdout.reconfigure(encoding='utf-8');"
    with path.open("rb") as typed:
        done = subprocess.run(
            [sys.executable, "-c", f"{say} print(keyboard._keys()[-1])"],
            stdin=typed, capture_output=True, check=True, cwd=ROOT,
        )  # fmt: skip
    assert done.stdout.decode() == f"{named}\n"
