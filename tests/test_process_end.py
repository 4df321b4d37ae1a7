"""A hot verb ends at once where nothing is left to do, and as any Python program where something is."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT

if TYPE_CHECKING:
    from tests.support.server import Home

_BEGIN = "import sys; sys.path.append(sys.argv.pop(1))"
_END = """
from viewsync.cli import main
code = main()
print("goes on", file=sys.stderr)
sys.exit(code)
"""
_CALLED = "import atexit; atexit.register(print, 'called', file=sys.stderr)"
_THREAD = "import threading; threading.Thread(target=lambda: print('called', file=sys.stderr)).start()"


def ended(home: Home, words: list[str], more: str = "") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", "-S", "-c", f"{_BEGIN}\n{more}{_END}", ROOT, *words]
    return subprocess.run(argv, env=home.env, capture_output=True, check=False, text=True)


def test_it_ends_at_once_where_nothing_is_left_to_do(home: Home) -> None:
    version = ended(home, ["--version"])
    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("viewsync ")
    gone = ended(home, ["health", "-s", "nobody"])
    assert gone.returncode not in (0, 1, 70)
    assert (gone.stdout, "goes on" in gone.stderr) == ("", False)


@pytest.mark.parametrize(
    "more", [_CALLED, _THREAD, "sys.setprofile(lambda *_: None)"], ids=["called", "thread", "profile"]
)
def test_what_is_left_to_do_is_done(home: Home, more: str) -> None:
    done = ended(home, ["--version"], more)
    assert done.returncode == 0
    assert ("called" in done.stderr) == (more in (_CALLED, _THREAD))
    assert "goes on" in done.stderr


def test_what_cannot_be_written_is_told_of_as_ever(home: Home) -> None:
    argv = [sys.executable, "-I", "-S", "-c", f"{_BEGIN}\n{_END}", ROOT, "--version"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(argv, env=home.env, stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 74
    assert "cannot write the output" in done.stderr


def test_a_verb_that_is_not_hot_ends_as_any_program(home: Home) -> None:
    assert "goes on" in ended(home, ["schema"]).stderr
