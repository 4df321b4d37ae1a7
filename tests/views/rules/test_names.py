"""Names of views."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.views.rules import names as view_names


@given(st.text(), st.integers(0, 10**9))
def test_a_views_name_is_safe_everywhere(parent: str, digits: int) -> None:
    name = view_names.view_name(parent, 1_795_000_000.9, digits)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*-view-1795000000-\d+", name)
    assert len(name) < 100


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.text("a~{_-.é日😀", min_size=60)


@given(_NAMES, st.integers(0, 10**9))
def test_where_it_has_to_sort_behind_its_parent_it_does(parent: str, digits: int) -> None:
    name = view_names.view_name(parent, 1_795_000_000.9, digits, behind=True)
    assert name.encode() > parent.encode()
    assert view_names.looks_like_view(name)
    plain = view_names.view_name(parent, 1_795_000_000.9, digits)
    assert name == plain or plain.encode() < parent.encode()
    assert not set(name) & set("`{|}'\"\\$#%;:. ")


@pytest.mark.parametrize(
    ("parent", "part"),
    [
        ("café", "café"),
        ("日本 x", "日本_x"),
        ("a{b}", "a~b~"),
        ("a.{b", "a__b"),
        ("-é", "__"),
        ("~", "~"),
        ("x" * 70, "x" * 63 + "~"),
        ("é" * 70, "é" * 70),
        ("\x9b\u202e\ue0b0\u200d👩", "\u00bf\ufffd\ue0b0\ufffd👩"),
        ("é" * 70 + "ab", "é" * 70 + "~"),
    ],
)
def test_as_much_of_its_parent_as_it_takes(parent: str, part: str) -> None:
    assert view_names.view_name(parent, 1795000000, 1, behind=True) == f"{part}-view-1795000000-000000001"


@given(st.floats(0, 2e9), st.floats(1e-4, 1e6), st.integers(0), st.integers(0))
def test_the_names_of_later_views_sort_behind(now: float, later: float, one: int, other: int) -> None:
    """And all behind their parent's, where that is plain: the order in which tmux ends the sessions of a group."""
    now += 10.0**9
    made = ((now, one), (now + later, other))
    names = [view_names.view_name("proj", at, view_names.digits(at, by)) for at, by in made]
    assert ["proj", *names] == sorted(["proj", *names])
    assert all(re.fullmatch(r"proj-view-\d{10}-\d{9}", name) for name in names)


def test_a_views_name_reads_as_its_parent() -> None:
    assert view_names.view_name("myproject", 1735324800, 5432) == "myproject-view-1735324800-000005432"
    assert view_names.view_name("a.b c", 1735324800, 1) == "a_b_c-view-1735324800-000000001"
    assert view_names.view_name("-x", 1735324800, 1) == "_x-view-1735324800-000000001"


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("myproject-view-1735324800-5432", "myproject"),
        ("a-view-b-view-1735324800-1", "a-view-b"),
        ("x-view-1-2-notes", ""),
        ("x-view-1735324800-2-notes", ""),
        ("-view-1735324800-2", ""),
        ("x-view-1735324800", ""),
        ("proj", ""),
    ],
)
def test_what_looks_like_a_view(name: str, parent: str) -> None:
    assert view_names.looks_like_view(name) == parent
