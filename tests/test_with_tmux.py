"""tests/run --tmux: everything with another tmux, and nothing with what is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.support.server import ROOT, Done, Home

WITH_TMUX = os.path.join(ROOT, "tests", "with-tmux")


def run(*argv: str, **env: str) -> Done:
    done = subprocess.run(
        argv, env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False, cwd="/"
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def another(home: Home) -> str:
    """The tmux that is here, by another name, and in a folder that is not in the PATH."""
    folder = os.path.join(home.path, "a folder")
    os.mkdir(folder)
    path = os.path.join(folder, "tmux-of-mine")
    tmux = shutil.which("tmux")
    assert tmux
    os.symlink(tmux, path)
    return path


def test_that_tmux_is_the_one_that_everybody_finds(another: str, home: Home) -> None:
    other = os.path.join(home.path, "tmux")
    with open(other, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho 'tmux 1.0'\n")
    os.chmod(other, 0o700)
    path = f"{home.path}:{os.environ['PATH']}"
    assert run("sh", "-c", "tmux -V", PATH=path).out == "tmux 1.0\n"
    version = f"tmux {run(another, '-V').out.split()[-1]}\n"
    assert run(WITH_TMUX, another, "sh", "-c", "tmux -V; exit 3", PATH=path) == Done(3, version, "")
    found = run(WITH_TMUX, another, "sh", "-c", "command -v tmux", PATH=path).out.rstrip("\n")
    assert os.path.basename(found) == "tmux"
    assert os.path.samefile(found, another)


def test_its_words_and_the_rest_of_the_path_stay(another: str) -> None:
    done = run(WITH_TMUX, another, "sh", "-c", 'printf "%s\\n" "$@" "$PATH"', "sh", "a b", "", "$x", "--tmux")
    *words, path = done.out.split("\n")[:-1]
    assert words == ["a b", "", "$x", "--tmux"]
    assert path.endswith(f":{os.environ['PATH']}")


@pytest.mark.parametrize("path", ["true", "cat", "ruff", "absent", "a folder", ""])
@pytest.mark.parametrize("command", [[WITH_TMUX], [os.path.join(ROOT, "tests", "run"), "--tmux"]])
def test_what_is_no_tmux_is_refused_in_one_line(another: str, command: list[str], path: str) -> None:
    where = os.path.dirname(os.path.dirname(another))
    there = os.path.join(where, path) if path else ""
    for folder in (os.path.dirname(sys.executable), *os.environ["PATH"].split(":")):
        there = shutil.which(path, path=folder) or there
    done = run(*command, there, "sh", "-c", "echo began")
    assert done == Done(1, "", f"tests/with-tmux: '{there}' is not a tmux\n")
