"""The names of sessions that are made for folders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.picking.rules import names
from viewsync.tmux.rules import session_names


@pytest.mark.parametrize(
    ("name", "first"),
    [("a.b:c", "a_b_c"), ("-x", "x"), ("My Docs", "My-Docs"), ("日本", "日本"), ("", "folder"), ("#{x}", "_{x}")],
)
def test_it_is_called_after_its_folder_as_far_as_tmux_keeps_that(name: str, first: str) -> None:
    assert next(names.candidates(name, f"/above/{name}")) == first


@given(st.text(st.characters(exclude_characters="/\0")), st.text())
def test_any_folder_has_names_that_tmux_keeps(name: str, above: str) -> None:
    found = list(names.candidates(name, f"/{above}/{name}"))
    assert all(session_names.refusal(candidate) == "" for candidate in found)
    assert len(set(found)) > 10
