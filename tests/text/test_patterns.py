"""Patterns as grep -E takes them, which Python's expressions do not in all."""

from __future__ import annotations

import subprocess

import pytest

from viewsync.text.patterns import pattern


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (">>>", ">>> ", True),
        ("^>>> $", ">>> ", True),
        ("^>>> $", ">>> x", False),
        ("(gdb)", "(gdb) ", True),
        (r"\$ $", "user@host:~$ ", True),
        ("[[:digit:]]+ passed", "12 passed", True),
        ("[[:digit:]]+ passed", "x passed", False),
        ("[^[:space:]]", "   ", False),
        (r"\<word\>", "a word here", True),
        (r"\<word\>", "swords", False),
        ("[[]x", "[x", True),
        ("[]a]b", "]b", True),
        ("a|b", "b", True),
        ("-x", "--x", True),
    ],
)
def test_as_grep_finds_it(text: str, line: str, expected: bool) -> None:
    assert pattern(text).found(line) is expected
    done = subprocess.run(["grep", "-qE", "-e", text], input=line + "\n", text=True, check=False)
    assert (done.returncode == 0) is expected


def test_fixed() -> None:
    assert pattern("a.b(", fixed=True).found("xa.b(y")
    assert not pattern("a.b", fixed=True).found("axb")


@pytest.mark.parametrize("text", ["(", "[", "a{2,1}", "*", "(?P<x", "a" * 3 + "(" * 2000])
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        pattern(text)


def test_sets_that_python_warns_of() -> None:
    """Warnings are errors here, and would be noise on a user's terminal."""
    assert pattern("[a[b]").found("[")
    assert pattern("[a&&b]").found("&")
    assert pattern(r"[\w-]+$").found("a-b")
