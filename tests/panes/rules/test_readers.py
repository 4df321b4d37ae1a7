"""What becomes of a TAB in a program's line editor."""

from __future__ import annotations

import pytest

from viewsync.panes.rules import readers
from viewsync.panes.rules.readers import LOST, PLAIN, QUOTED


@pytest.mark.parametrize(
    ("reader", "asked", "version", "inside", "becomes"),
    [
        ("python", None, (3, 11), True, QUOTED),
        ("python", None, (3, 13), True, LOST),
        ("python", None, (3, 13), False, PLAIN),
        ("python", False, (3, 13), True, QUOTED),  # PYTHON_BASIC_REPL
        ("python", True, (3, 14), True, PLAIN),
        ("bash", None, (0, 0), True, PLAIN),
        ("bash", False, (0, 0), True, QUOTED),
        ("gdb", True, (0, 0), True, PLAIN),
        ("irb", True, (0, 0), True, PLAIN),
        ("fish", True, (0, 0), True, LOST),
        ("fish", True, (0, 0), False, PLAIN),
        ("node", None, (0, 0), True, PLAIN),
    ],
)
def test_a_tab(reader: str, asked: bool | None, version: tuple[int, int], inside: bool, becomes: str) -> None:
    assert readers.tab(reader, asked=asked, version=version, inside=inside) == becomes


@pytest.mark.parametrize(
    ("command", "program", "name"),
    [
        ("python3.13", "python3.13", "python"),
        ("sh", "busybox", "busybox"),
        ("sh", "dash", "dash"),
        ("-ksh93", "ksh93", "ksh"),
        ("sqlite3", "", "sqlite"),
    ],
)
def test_a_name(command: str, program: str, name: str) -> None:
    assert readers.name(command, program) == name
