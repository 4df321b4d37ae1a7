"""Our line in a tmux configuration: any bytes come out as they went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from viewsync.setup.rules import marked_line

LINE = marked_line.line("/home/me/.config/viewsync/tmux.conf")

PIECES = some.sampled_from([b"set -g a b", b"\n", b"\r\n", b"\\", b"\r", b"# x", b" ", b"\xff", b"\n\n", b"if { \n}"])
TEXTS = some.lists(PIECES).map(b"".join)

CASES = [
    b"",
    b"\n",
    b"set -g a b\n",
    b"set -g a b",
    b"a\r\nb\r\n",
    b"a\r\nb",
    b"bind x \\\n",
    b"bind x \\",
    b"\xff\xfe\n",
]


@pytest.mark.parametrize("text", CASES)
def test_what_was_put_in_comes_out(text: bytes) -> None:
    placed = marked_line.put(text, LINE)
    assert placed.text.startswith(text)
    assert len(marked_line.lines_at(placed.text)) == 1
    assert marked_line.take(placed.text, placed.glue) == text


@given(TEXTS)
def test_whatever_was_there_comes_out(text: bytes) -> None:
    placed = marked_line.put(text, LINE)
    assert marked_line.take(placed.text, placed.glue) == text


@given(TEXTS)
def test_twice_is_the_same_as_once(text: bytes) -> None:
    once = marked_line.put(text, LINE).text
    assert marked_line.put(once, LINE) == (once, b"")


@pytest.mark.parametrize(("text", "end"), [(b"a\n", b"\n"), (b"a\r\nb", b"\r\n"), (b"a", b"\n")])
def test_it_ends_as_the_other_lines_do(text: bytes, end: bytes) -> None:
    assert marked_line.put(text, LINE).text.endswith(LINE + end)


@pytest.mark.parametrize("text", [b"bind x \\\n", b"bind x \\", b"bind x \\\r\n"])
def test_it_does_not_go_on_the_users_last_line(text: bytes) -> None:
    before = marked_line.put(text, LINE).text.split(LINE)[0]
    assert before.endswith((b"\n\n", b"\r\n\r\n"))


def test_what_the_user_wrote_behind_it_stays_on_a_line_of_its_own() -> None:
    placed = marked_line.put(b"mine", LINE)
    assert marked_line.take(placed.text + b"more\n", placed.glue) == b"mine\nmore\n"


def test_an_older_line_is_replaced_where_it_stands() -> None:
    old = marked_line.line("/elsewhere")
    text = b"a\n" + old + b"\r\nb\n" + old + b"\nc\n"
    assert marked_line.put(text, LINE).text == b"a\n" + LINE + b"\r\nb\nc\n"


def test_a_line_that_is_commented_out_is_not_in_force() -> None:
    text = b"a\n  #" + LINE + b"\n"
    assert marked_line.lines_at(text) == []
    assert marked_line.commented_at(text) == 2
    assert marked_line.take(text, b"") == text


def test_where_there_is_no_line_nothing_is_taken() -> None:
    assert marked_line.take(b"a\n\n", b"\n") == b"a\n\n"


def test_a_path_is_quoted_for_tmux_and_is_no_pattern() -> None:
    assert marked_line.line("/it's [a] *?") == b"source-file -q '/it'\\''s \\[a\\] \\*\\?' " + marked_line.MARK
