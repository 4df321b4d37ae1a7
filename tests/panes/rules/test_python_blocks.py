"""The one line that a Python prompt gets for a block: run by the Pythons that are here."""

from __future__ import annotations

import glob
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from viewsync.panes.rules import python_blocks

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = (
    'def f(x):\n    """Twice.\n\n    \'a\' "b" \\n"""\n    y = x\n\n    return y * 2\n\n\nf(21)\nt = f"{f(1)}\\té"\nt\n'
)


def pythons() -> list[str]:
    """Every Python 3.8 and newer that can be found."""
    places = os.environ["PATH"].split(os.pathsep) + glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin"))
    found = [
        os.path.join(place, f"python3.{minor}") for place in places for minor in range(8, 16) if "shims" not in place
    ]
    return sorted({os.path.basename(path): path for path in found if os.access(path, os.X_OK)}.values())


def prompt(python: str, *lines: str) -> subprocess.CompletedProcess[str]:
    """What an interactive Python says to those lines."""
    text = "".join(f"{line}\n" for line in lines)
    env = {"PYTHON_BASIC_REPL": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        [python, "-I", "-q", "-i"], input=text, capture_output=True, text=True, check=False, timeout=60, env=env
    )


@pytest.mark.parametrize("python", pythons() or [sys.executable])
def test_a_function_with_an_empty_line_and_the_value_of_each_expression(python: str) -> None:
    assert prompt(python, python_blocks.inline(FUNCTION)).stdout.splitlines() == ["42", "'2\\té'"]


@pytest.mark.parametrize("python", pythons() or [sys.executable])
def test_through_a_file_that_is_gone_afterwards(python: str, tmp_path: Path) -> None:
    path = str(tmp_path / "it's.py")
    source = FUNCTION + "big = " + ascii("x" * 1_000_000) + "\nlen(big)\n"
    (tmp_path / "it's.py").write_text(python_blocks.script(source.encode(), path), encoding="ascii")
    assert prompt(python, python_blocks.run_file(path)).stdout.splitlines() == ["42", "'2\\té'", "1000000"]
    assert os.listdir(tmp_path) == []


def test_nothing_of_it_stays_in_main() -> None:
    done = prompt(sys.executable, "before = set(dir())", python_blocks.inline("a = 1\nfor i in range(2):\n    i\n"))
    assert done.stdout.splitlines() == ["0", "1"]
    lines = ("before = set(dir())", python_blocks.inline("a = 1\n"), "sorted(set(dir()) - before)")
    assert prompt(sys.executable, *lines).stdout.splitlines() == ["['a', 'before']"]


def test_a_syntax_error_shows_where_and_nothing_has_run() -> None:
    done = prompt(sys.executable, python_blocks.inline("print('ran')\nif True:\n    return 1\n"))
    assert "ran" not in done.stdout
    assert 'File "<viewsync>", line 3' in done.stderr
    assert "SyntaxError: 'return' outside function" in done.stderr


def test_an_error_has_the_line_of_the_block() -> None:
    done = prompt(sys.executable, python_blocks.inline("a = 1\n\n1 / 0\n"))
    assert 'File "<viewsync>", line 3' in done.stderr
    assert "ZeroDivisionError" in done.stderr


def test_a_future_of_the_block_holds_for_all_of_it() -> None:
    source = "from __future__ import annotations\ndef f(x: NoSuchName): ...\nf.__annotations__\n"
    assert prompt(sys.executable, python_blocks.inline(source)).stdout.splitlines() == ["{'x': 'NoSuchName'}"]


@pytest.mark.parametrize(
    ("source", "is_needed"),
    [
        ("f(1)", False),
        ("", False),
        ("format(1)", False),
        ("a\nb", True),
        ("for i in x: i", True),
        ("  @decorated", True),
        ("'" + "x" * 1000 + "'", True),
    ],
)
def test_what_a_prompt_would_not_take_as_it_is(source: str, is_needed: bool) -> None:
    assert python_blocks.needs_line(source) == is_needed


def test_the_line_is_one_line_of_ascii() -> None:
    line = python_blocks.inline("a\n\tb\r\x00\x1b é 😀 \udcff ' \" \\")
    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize(
    ("command", "words", "is_one"),
    [
        ("python3", ["python3", "-q"], True),
        ("python3.13", ["/usr/bin/python3.13"], True),
        ("Python", ["Python", "-i", "-X", "utf8", "-W", "error"], True),
        ("python", ["python", "-m", "IPython"], True),
        ("python", ["python", "-m", "asyncio"], True),
        ("ipython", ["/usr/bin/python3", "/usr/bin/ipython", "--no-banner"], True),
        ("python3", ["python3", "/usr/bin/ipython3"], True),
        ("python3", ["python3", "-"], True),
        ("python3", ["python3", "script.py"], False),
        ("python3", ["python3", "-u", "script.py", "-q"], False),
        ("python3", ["python3", "-m", "http.server"], False),
        ("python3", ["python3", "-c", "input()"], False),
        ("python3", ["python3", "-cinput()"], False),
        ("python3", [], False),
        ("bash", ["bash"], False),
        ("pythonista", ["pythonista"], False),
    ],
)
def test_what_is_a_python_prompt(command: str, words: list[str], is_one: bool) -> None:
    assert python_blocks.is_python_prompt(command, words) == is_one


def test_ipython_takes_the_line_too() -> None:
    argv = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit", "-i"]
    lines = [python_blocks.inline(FUNCTION), "exit()"]
    done = subprocess.run(
        argv, input="".join(f"{line}\n" for line in lines), capture_output=True, text=True, check=False, timeout=60
    )
    assert "42" in done.stdout
    assert "Error" not in done.stdout + done.stderr
