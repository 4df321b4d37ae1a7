"""The mark behind a command's output, in whatever pieces it comes."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from viewsync.panes.rules.end_mark import EndMark

MARK = b"\1\2\1\3"
_BYTES = st.lists(st.sampled_from([b"\1", b"\2", b"\3", b"x", b"\1\2\1"]), max_size=8).map(b"".join)


@given(_BYTES, _BYTES, st.integers(0, 2), st.lists(st.integers(1, 5), min_size=1))
@example(b"\1\2", b"\1\3", 1, [6])
def test_it_is_in_nothing_that_is_told_and_all_else_is(
    before: bytes, after: bytes, times: int, sizes: list[int]
) -> None:
    text = before + MARK * times + after
    wanted, mark, told, at = text.replace(MARK, b""), EndMark(MARK), b"", 0
    for size in sizes * len(text):
        told += mark.without(text[at : at + size])
        at += size
    told += mark.rest()
    assert (told, mark.seen) == (wanted, MARK in text)
