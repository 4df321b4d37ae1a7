"""Lines that tmux 3.2a filled up with blanks, as they were written."""

from __future__ import annotations

import pytest

from viewsync.tmux.rules.screen import unpadded


@pytest.mark.parametrize(
    ("rows", "column", "expected"),
    [
        (["42        ", "$         "], 2, ["42", "$ "]),
        (["42", "$ "], 2, ["42", "$ "]),
        (["  42      ", "$ ls      "], 2, ["  42", "$ ls"]),  # the cursor went back
        (["", "          "], 0, ["", ""]),
        (["a  b      ", "          "], 4, ["a  b", "    "]),
        (["日本      ", "日 $      "], 5, ["日本", "日 $ "]),
        (["x", "$"], 9, ["x", "$"]),  # it stands beyond what was written
    ],
)
def test_blanks_at_ends_go_and_a_prompts_stay(rows: list[str], column: int, expected: list[str]) -> None:
    assert unpadded(rows, (), 1, column) == expected


def test_a_row_that_goes_on_in_the_next_one_stays_whole() -> None:
    assert unpadded(["a sentence, ", "wrapped     ", "next        "], {0}) == ["a sentence, ", "wrapped", "next"]
