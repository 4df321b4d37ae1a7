"""What may reach a terminal: text, and at most its colours."""

from __future__ import annotations

import pytest

from viewsync.text.sanitize import harmless, whole

RED = "\x1b[1;38:5:196m"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain\ttext\n日本 é\u00a0", "plain\ttext\n日本 é\u00a0"),
        ("\x1b[2J\x1b[Hx\x1b[?1049h\x1b[>c\x1b[!p", "x"),
        ("\x1b]0;title\x07x\x1b]52;c;ZXZpbA==\x1b\\y", "xy"),
        ("\x1bPq#0\x1b\\x\x1b_apc\x1b\\y\x1b^pm\x1b\\z", "xyz"),
        ("\x1bcx\x1b(0y\x1b=z\x1b#8", "xyz"),
        ("\x9b2Jx\x9d0;t\x07y\x90q\x9cz", "xyz"),
        ("a\rb\x08c\x7fd\x00e\x0e\x0f\x05", "abcde"),
        ("\x1b", ""),
        ("\x1b\x1b[2Jx", "x"),
        ("\x1b]0;open\nx", "\nx"),
    ],
)
def test_nothing_else_passes(text: str, left: str) -> None:
    assert harmless(text, colours=False) == left
    assert harmless(text, colours=True) == left


def test_colours_pass_when_they_are_wanted() -> None:
    assert harmless(f"{RED}x\x1b[m", colours=True) == f"{RED}x\x1b[m"
    assert harmless(f"{RED}x\x1b[m", colours=False) == "x"
    assert harmless("\x1b[>4;2mx", colours=True) == "x"  # sets a mode of xterm's keyboard


@pytest.mark.parametrize("sequence", [RED, "\x1b]0;title\x07", "\x1b]0;title\x1b\\", "\x1b(0", "\x1bc", "\x1b[2J"])
def test_a_stream_is_the_same_wherever_it_is_cut(sequence: str) -> None:
    text = f"a{sequence}b\n"
    for cut in range(len(text) + 1):
        first, waiting = whole(text[:cut])
        second, rest = whole(waiting + text[cut:])
        assert rest == ""
        shown = harmless(first, colours=True) + harmless(second, colours=True)
        assert shown == harmless(text, colours=True), cut
