"""Whether a draft is gone, by two screens."""

from __future__ import annotations

import pytest

from viewsync.panes.rules.draft import Shown, find, is_gone


def screen(*rows: str) -> Shown:
    return Shown(rows, len(rows) - 1, 0)


@pytest.mark.parametrize(
    ("before", "typed", "after", "text", "gone"),
    [
        (["$"], ["$ true"], ["$ true", "$"], "true", True),
        (["> "], ["> fix it"], ["> fix it", ""], "fix it", False),
        (["> "], ["> fix it"], ["> fix it", "got: fix it", ">"], "fix it", True),
        (["╭──╮", "│ > │", "╰──╯"], ["╭──╮", "│ > a b │", "╰──╯"], ["╭──╮", "│ > a b │", "│  │", "╰──╯"], "a b", False),
        (
            ["──", ">", "──", "? help"],
            ["──", "> a b", "──", "? help"],
            ["> a b", "──", ">", "──", "? help"],
            "a b",
            True,
        ),
        ([">", "12:00"], ["> [Pasted text #1]", "12:01"], ["> [Pasted text #1]", "12:02"], "x\ny", False),
        ([">", "12:00"], ["> [Pasted text #1]", "12:01"], [">", "12:02"], "x\ny", True),
        ([">>>"], [">>> f(", "... 1)"], [">>> f(", "... 1)", "..."], "f(\n1)", False),
        ([">>>"], [">>> def f():"], [">>> def f():", "..."], "def f():", True),
        (["Password:"], ["Password:"], ["Password:", "ok"], "secret", True),
        (["Password:"], ["Password:"], ["Password:"], "secret", False),
    ],
)
def test_a_draft_is_gone(before: list[str], typed: list[str], after: list[str], text: str, gone: bool) -> None:
    draft = find(screen(*before), screen(*typed), text)
    assert is_gone(draft, screen(*typed), screen(*after), text) is gone
