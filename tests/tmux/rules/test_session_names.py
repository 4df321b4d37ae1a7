"""Names that tmux would rewrite."""

from __future__ import annotations

import pytest

from viewsync.tmux.rules import session_names


@pytest.mark.parametrize("name", ["a:b", "a.b", "", "a\nb", "a\x1bb", "a\\b", "$0", "@1", "%2", "=x", "{last}", "-d"])
def test_a_name_that_could_not_be_found_again_is_refused(name: str) -> None:
    assert session_names.refusal(name)


@pytest.mark.parametrize("name", ["proj", "a b", "日本", "it's", "#{pid}", "a;", "~x", "!y", "*"])
def test_any_other_name_is_fine(name: str) -> None:
    assert session_names.refusal(name) == ""
