"""Programs as the line that starts them."""

from __future__ import annotations

import pytest

from viewsync.project_files.rules import command_lines


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["vim", "a b", "it's"], """vim 'a b' 'it'"'"'s'"""),
        (["npm run dev", "", ""], "npm run dev"),
        (["nginx: $(x) y"], "nginx: '$(x)' y"),
        (["printf", ""], "printf"),  # not to be told from a title that was written over the words
        (["x", "a\nb"], ""),
        (["x", "\udcff"], ""),
        (["x", "~", "*", "~/a"], "x '~' '*' '~/a'"),
    ],
)
def test_line(words: list[str], line: str) -> None:
    assert command_lines.line(words) == line


@pytest.mark.parametrize(
    ("words", "shell"),
    [
        (["-bash"], True),
        (["/bin/zsh", "-i", "--login"], True),
        (["bash", "script"], False),
        (["sh", "-c", "x"], False),
        (["sh", "-ec", "x"], False),
        (["vim"], False),
        ([], False),
    ],
)
def test_shells(words: list[str], shell: bool) -> None:
    assert command_lines.is_shell(words) == shell
