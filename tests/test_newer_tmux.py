"""tests/run with the tmux of newer Debians: what it runs is there, and what is not to be had is said in a line."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from pathlib import Path

from tests.support.server import ROOT


def test_what_is_to_be_run_is_there() -> None:
    with open(os.path.join(ROOT, "tests", "newer-tmux.txt"), encoding="utf-8") as file:
        lines = [line.split()[-1] for line in file if not line.startswith("#")]
    named = [line.partition("=")[2] or line for line in lines]  # --ignore=PATH, --ignore-glob=PATTERN, --deselect=TEST
    assert named
    assert [name for name in named if not glob.glob(os.path.join(ROOT, name.partition("::")[0]))] == []
    tests = [name.split("::") for name in named if "::" in name]
    assert [test for path, test in tests if f"def {test}(" not in Path(ROOT, path).read_text(encoding="utf-8")] == []


def unpacked(folder: Path, **programs: str) -> tuple[int, list[str]]:
    """What it says where apt-get is the given script."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "find", "grep", "head", "mkdir", "paste", "realpath", "rm", "sed", "sort", "timeout"):
        (tools / name).symlink_to(shutil.which(name) or name)
    for name, body in programs.items():
        (tools / name.replace("_", "-")).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tools / name.replace("_", "-")).chmod(0o700)
    argv = [os.path.join(ROOT, "tests", "debian-tmux"), "trixie", str(folder / "unpacked")]
    done = subprocess.run(argv, env={"PATH": str(tools)}, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_where_there_is_no_apt_it_says_so(tmp_path: Path) -> None:
    code, lines = unpacked(tmp_path)
    assert code == 1
    assert lines in (["there is no apt-get here"], ["this is not a Debian machine"])


def test_what_apt_says_is_said(tmp_path: Path) -> None:
    body = """case $* in
        indextargets*) . /etc/os-release; echo "$VERSION_CODENAME main file:/nowhere/" ;;
        *) echo 'W: another'; echo 'E: Failed to fetch it'; echo 'E: Some index files'; exit 100 ;;
    esac"""
    code, lines = unpacked(tmp_path, apt_get=body)
    assert code == 1
    assert lines in (["apt-get update: E: Failed to fetch it"], ["this is not a Debian machine"])
