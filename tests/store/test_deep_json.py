"""JSON that is nested deeper than Python reads is JSON that cannot be read, and no bug of ours."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from viewsync.errors import ViewsyncError
from viewsync.store import install_record
from viewsync.sweeper import control, timed
from viewsync.system.wezterm import Wezterm, WeztermError

if TYPE_CHECKING:
    from pathlib import Path

DEEP = "[" * 100_000


def test_what_wezterm_prints(tmp_path: Path) -> None:
    program = tmp_path / "wezterm"
    program.write_text(f"#!/bin/sh\nhead -c {len(DEEP)} /dev/zero | tr '\\0' '['\n", encoding="utf-8")
    program.chmod(0o700)
    with pytest.raises(WeztermError, match="something other than JSON"):
        Wezterm(str(program), 20.0, {"PATH": os.environ["PATH"]}).panes("socket")


def test_the_record_of_what_was_installed() -> None:
    with pytest.raises(ViewsyncError, match="file"):
        install_record.parse(DEEP.encode(), "file")


def test_what_the_sweepers_told(tmp_path: Path) -> None:
    (tmp_path / timed.FILE).write_text(DEEP, encoding="utf-8")
    assert timed.last(str(tmp_path)) == timed.LastRound()
    assert control._told(str(tmp_path / timed.FILE)) == {}
