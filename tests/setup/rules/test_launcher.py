"""The launcher's text, run by a real sh."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from viewsync.setup.rules import launcher

if TYPE_CHECKING:
    from pathlib import Path

_PRINT = "import os, sys; print(*sys.argv[1:], os.environ.get('VIEWSYNC_LAUNCHER'), os.environ.get('VIEWSYNC_DIRS'))"


def run(path: Path, home: str = "/home/it's $me", **env: str) -> str:
    """What the started program sees. It stands in for Python, whose words come after `-c CODE`."""
    python = path.parent / "py 'thon $x"
    python.write_text(f'#!/bin/sh\nshift 8\nexec {sys.executable} -I -c "{_PRINT}" "$@"\n')
    python.chmod(0o700)
    path.write_text(launcher.text(str(path), str(python), "/folder", "/home/it's $me", "/s 's/$x\n/log\n/config"))
    path.chmod(0o700)
    done = subprocess.run([str(path), "a b", "$c"], env={"HOME": home, **env}, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("name", ["plain", "with space", "it's", 'a"b', "$HOME", "`x`", "#", "-n"])
def test_it_knows_itself_and_the_folders(tmp_path: Path, name: str) -> None:
    assert run(tmp_path / name) == f"a b $c {tmp_path / name} /s 's/$x\n/log\n/config\n"


def test_it_passes_on_the_name_that_it_was_called_by(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nshift 7\nprintf "%s\\n" "$@"\n')
    python.chmod(0o700)
    path = tmp_path / "viewsync"
    path.write_text(launcher.text(str(path), str(python), "/folder", "/home", "/state"))
    path.chmod(0o700)
    link = tmp_path / "safe-send.sh"
    link.symlink_to("viewsync")
    done = subprocess.run([str(link), "-c", "x"], env={"HOME": "/home"}, capture_output=True, check=True)
    assert done.stdout.decode() == f"{link}\n-c\nx\n"


def test_folders_that_are_named_stay(tmp_path: Path) -> None:
    assert run(tmp_path / "x", VIEWSYNC_DIRS="/mine") == f"a b $c {tmp_path / 'x'} /mine\n"


def test_another_users_folders_are_their_own(tmp_path: Path) -> None:
    assert run(tmp_path / "x", home="/home/other") == f"a b $c {tmp_path / 'x'} None\n"


def test_whoever_calls_it_it_is_the_launcher(tmp_path: Path) -> None:
    assert "/elsewhere" not in run(tmp_path / "x", VIEWSYNC_LAUNCHER="/elsewhere")


def test_it_starts_python_isolated(tmp_path: Path) -> None:
    text = launcher.text("/l", "/venv/bin/python", "/it's", os.sep, "/s")
    assert "exec /venv/bin/python -I -S -X utf8 -c " in text
