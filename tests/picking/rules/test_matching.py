"""What fits what is typed, the best first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.picking.rules import matching

TEXTS = ["session api", "session web-api", "project shop dev", "folder ~/src/Shop", "session 日本"]


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("", TEXTS),
        ("api", ["session api", "session web-api"]),
        ("shop", ["project shop dev", "folder ~/src/Shop"]),
        ("Shop", ["folder ~/src/Shop"]),
        ("dev shop", ["project shop dev"]),
        ("wpi", ["session web-api"]),
        ("srcop", ["folder ~/src/Shop"]),
        ("本", ["session 日本"]),
        ("ipa", []),
        ("api zzz", []),
    ],
)
def test_each_word_is_found_and_the_beginning_of_a_word_comes_first(typed: str, best: list[str]) -> None:
    assert [TEXTS[place] for place in matching.fitting(typed, TEXTS)] == best


@given(st.text(), st.lists(st.text()))
def test_whatever_is_typed_each_place_comes_once_and_more_letters_never_bring_more(
    typed: str, texts: list[str]
) -> None:
    found = matching.fitting(typed, texts)
    assert len(set(found)) == len(found) <= len(texts)
    assert set(matching.fitting(f"{typed} x", texts)) <= set(found)
