"""The marks that a session is found again by: whatever stands in them comes out again, on one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.tmux.rules import marks
from viewsync.tmux.rules.marks import Identity


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    encoded = marks.encoded(text)
    assert marks.decoded(encoded) == text
    assert encoded.isprintable()


def test_bytes_that_are_no_text_come_back() -> None:
    path = b"/home/\xff\n".decode("utf-8", "surrogateescape")
    assert marks.encoded(path) == "/home/%FF%0A"
    assert marks.decoded("/home/%FF%0A") == path


def test_what_everybody_has_stays_readable() -> None:
    assert marks.encoded("/home/me/my project #1; (日本)") == "/home/me/my project #1; (日本)"


def test_an_identity_is_whole_or_none() -> None:
    identity = Identity("/a", "p", "main", "dev", "p-main-dev")
    values = dict(marks.of(identity, "start"))
    assert marks.identity([values[name] for name in marks.IDENTITY]) == identity
    assert values[marks.COMMAND] == "start"
    assert marks.identity([""] * 5) is None


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a% 2", "a% 3"]),
        (["a% 2", "a", "a"], ["a%25 2", "a", "a% 2"]),
    ],
)
def test_each_window_has_a_mark_of_its_own(names: list[str], keys: list[str]) -> None:
    assert marks.keys(names) == keys
