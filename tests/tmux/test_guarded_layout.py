"""Layouts: what is said to tmux is one, for a window of so many panes and that version."""

from __future__ import annotations

import pytest

from viewsync.errors import TmuxError
from viewsync.tmux import guarded_layout


def test_a_name_and_a_tree_are_said() -> None:
    assert guarded_layout.command("3.3a", "@1", "tiled", 7) == "select-layout -t @1 -- 'tiled'"
    tree = "b25d,80x24,0,0,0"
    assert guarded_layout.command("3.3a", "@1", tree, 1) == f"select-layout -t @1 -- '{tree}'"
    assert "mirrored" in guarded_layout.command("3.5a", "@1", "main-vertical-mirrored", 2)


@pytest.mark.parametrize(
    ("layout", "panes"),
    [
        ("main", 1),
        ("zz", 1),
        ("-x", 1),
        ("", 1),
        ("b25e,80x24,0,0,0", 1),  # another checksum
        ("b25d,80x24,0,0,0", 2),
        ("main-vertical-mirrored", 2),  # 3.5 and newer
    ],
)
def test_what_ends_a_server_is_never_said(layout: str, panes: int) -> None:
    with pytest.raises(TmuxError):
        guarded_layout.command("3.3a", "@1", layout, panes)
