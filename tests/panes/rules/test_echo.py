"""The echo of what was sent is no answer: case by case, as terminals and shells show it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.panes.rules import echo
from viewsync.panes.rules.echo import expect, marks, read, removed, written
from viewsync.tmux.rules import anchor

CASES = {
    # what was sent, whether nobody was at a prompt, what the terminal shows from there on, what of it is output
    "at a prompt": ("echo DONE", False, ["echo DONE", "DONE", "$ "], ["DONE", "$ "]),
    "not shown at all": ("secret", False, ["ok", "$ "], ["ok", "$ "]),
    "cat": ("hello", False, ["hello", "hello", ""], ["hello", ""]),
    "typed ahead, shown twice": (
        "echo DONE",
        True,
        ["echo DONE", "late", "$ echo DONE", "DONE", "$ "],
        ["late", "DONE", "$ "],
    ),
    "typed ahead, shown once": ("5+5", True, ["5+5", ">>> 10", ">>> "], [">>> 10", ">>> "]),
    "only Enter at a prompt": ("", False, ["", "$ "], ["$ "]),
    "a block in a REPL": (
        "def f():\n    return 1\n\nf()",
        False,
        ["def f():", "...     return 1", "... ", ">>> f()", "1", ">>> "],
        ["1", ">>> "],
    ),
    "a pasted block": ("a=1\necho $a", False, ["a=1", "echo $a", "1", "$ "], ["1", "$ "]),
    "tabs are shown as spaces": ("a\tb", False, ["a       b", "x"], ["x"]),
    "an answer on the same line": ("y", False, ["y -> yes", "$ "], [" -> yes", "$ "]),
    "broken by the program itself": ("abcdefghij", False, ["abcdef", "ghij", "done"], ["done"]),
    "a shorter line is no part of it": ("abcdefghij", False, ["abc", "done", "more"], ["abc", "done", "more"]),
    "a line that only ends alike": ("x", False, ["x", "max", "$ "], ["max", "$ "]),
    "output that looks like the next line": ("a\nb", False, ["a", "b", "b"], ["b"]),
    "output before the echo": ("ls", True, ["late line", "ls", "file"], ["late line", "file"]),
    "no echo, and the text much later": ("ok", False, ["1", "2", "3", "ok"], ["1", "2", "3", "ok"]),
    "joined by what the terminal drops": (
        "x=\u00e9e\u0301\u200d\U0001f468\u200d\U0001f469 y\u200bz",
        False,
        ["x=\u00e9e\u0301\U0001f468 yz", "late", "$ "],
        ["late", "$ "],
    ),
    "wide and combining": ("echo 日本 e\u0301", False, ["echo 日本 e\u0301", "日本"], ["日本"]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_left(case: str) -> None:
    text, typed_ahead, shown, output = CASES[case]
    assert removed(shown, expect(marks(text), typed_ahead=typed_ahead))[0] == output


@pytest.mark.parametrize(
    "case", [case for case in CASES if "broken" not in case and "" not in CASES[case][0].split("\n")]
)
def test_it_does_not_matter_in_how_many_readings_the_lines_come(case: str) -> None:
    """But for an empty line, of which it counts whether anything follows."""
    text, typed_ahead, shown, output = CASES[case]
    echo, kept = expect(marks(text), typed_ahead=typed_ahead), []
    for line in shown:
        lines, echo = removed([line], echo)
        kept += lines
    assert kept == output


@given(st.lists(st.text(max_size=300), max_size=5), st.lists(st.text(max_size=40), max_size=8), st.booleans())
def test_nothing_is_invented_and_every_line_is_removed_at_most_twice(
    sent: list[str], shown: list[str], ahead: bool
) -> None:
    kept, _ = removed(shown, expect(marks("\n".join(sent)), typed_ahead=ahead))
    assert len(shown) - len(kept) <= 2 * max(1, len("\n".join(sent).split("\n"))) * max(1, len(shown))
    assert all(any(line.endswith(kept_line) for line in shown) for kept_line in kept)


@given(st.text(max_size=500))
def test_marks_as_text(text: str) -> None:
    assert read(written(marks(text))) == marks(text)[:200]
    kept = echo.kept(marks(text)).replace(anchor.FORMAT, "12,3,4,0,80")
    assert anchor.parse(kept) == anchor.Anchor(12, 3, 4, alternate=False, width=80)
    assert echo.sent(kept) == marks(text)[:200]


def test_what_is_no_mark() -> None:
    assert read("rm -rf") == ()
    assert anchor.parse("x") is None
    assert anchor.parse("") is None
    assert echo.sent("1,2,3,0,80") == ()


def test_nothing_of_the_text_is_in_its_marks() -> None:
    assert written(marks("export TOKEN=secret123")) == f"21.{marks('export TOKEN=secret123')[0].sum}"


PROMPTS = [
    "\u276f ",
    "λ ",
    "»",
    "▶ ",
    "~ | ",
    "⟩ ",
    "† ",
    "✗ ",
    "In [1]: ",
    "mysql~ ",
    "me@here ~/src\u202f",
    "=== ",
    "🐚 ",
]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_second_echo_behind_whatever_prompt_is_no_answer_or_in_doubt(prompt: str) -> None:
    """A shell that comes back shows what was typed ahead again; its prompt may end in any way."""
    shown = ["echo DONE", "late", f"{prompt}echo DONE", "DONE", prompt]
    kept, _ = removed(shown, expect(marks("echo DONE"), typed_ahead=True))
    certain = [line for line in kept if not isinstance(line, echo.Doubtful)]
    assert certain == ["late", "DONE", prompt]
