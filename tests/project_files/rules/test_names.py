"""Names of sessions: N1 to N6 of the checklist, and B6 and B7 of the bugs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.project_files.rules import names
from viewsync.tmux.rules import session_names
from viewsync.tmux.rules.marks import Identity


def base(*parts: str, text: str = "", root: str = "/p") -> str:
    return names.base(text or "-".join(parts), root, parts)


def identity(*parts: str, root: str = "/p") -> Identity:
    project, worktree, task = parts
    return Identity(root, project, worktree, task, base(*parts, root=root))


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("myapp", "main", "dev"), "myapp-main-dev"),
        (("myapp", "feature-auth", "dev"), "myapp-feature-auth-dev"),
        (("myapp", "feature/auth", "dev"), "myapp-feature-auth-dev"),
        (("myapp", "hotfix-123", "fix"), "myapp-hotfix-123-fix"),
        (("myapp", "review-pr456", "review"), "myapp-review-pr456-review"),
    ],
)
def test_n5_the_four_examples_come_out_exactly(parts: tuple[str, ...], name: str) -> None:
    assert base(*parts) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("MyApp-MAIN", "myapp-main"),
        ("a.b:c d$e", "a-b-c-d-e"),
        ("a--b---c", "a-b-c"),
        ("-_a_-", "_a_"),
        ("...a...", "a"),
        ("$1", "1"),
        ("=x", "x"),
    ],
)
def test_n2_lower_case_no_odd_characters_no_runs_no_ends(text: str, name: str) -> None:
    assert base(text) == name


def test_n3_names_that_differ_after_the_limit_stay_different() -> None:
    long = "x" * 70
    first, second = base(f"{long}1"), base(f"{long}2")
    assert len(first) == len(second) == names.LONGEST
    assert first != second


def test_b6_what_cannot_be_shown_is_told_apart_by_its_tail() -> None:
    assert base("日本語") != base("中文")
    assert base("日本語").startswith("session-")
    assert base("日本語", "main", "dev") != base("中文", "main", "dev")
    assert base("日本語", root="/a") != base("日本語", root="/b")


def test_b6_two_projects_with_one_name_never_share_a_session() -> None:
    """(a-b, c) and (a, b-c)."""
    first, second = identity("a-b", "c", "dev"), identity("a", "b-c", "dev")
    assert first.base == second.base == "a-b-c-dev"
    assert names.allocate(second.base, second, {first.base: first}) == ("a-b-c-dev-2", False)


def test_n4_suffixes_count_and_keep_the_limit() -> None:
    mine = identity("m", "main", "dev")
    assert names.allocate("m", mine, {}) == ("m", False)
    assert names.allocate("m", mine, {"m": None}) == ("m-2", False)
    assert names.allocate("m", mine, {"m": None, "m-2": None}) == ("m-3", False)
    long = "y" * names.LONGEST
    name, _ = names.allocate(long, mine, {long: None})
    assert len(name) == names.LONGEST
    assert name.endswith("y-2")


def test_c1_the_same_identity_is_the_same_session_whatever_it_is_called() -> None:
    mine = identity("m", "main", "dev")
    assert names.allocate(mine.base, mine, {mine.base: None, "renamed": mine}) == ("renamed", True)
    assert names.allocate(mine.base, mine._replace(task="x"), {mine.base: mine}) == (f"{mine.base}-2", False)


@given(st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_every_name_is_short_and_one_that_tmux_keeps(parts: list[str]) -> None:
    name = base(*parts)
    assert 0 < len(name) <= names.LONGEST
    assert session_names.refusal(name) == ""
    taken = {name: None}
    assert session_names.refusal(names.allocate(name, identity("a", "b", "c"), taken)[0]) == ""


@given(st.lists(st.tuples(st.text("ab-é日", max_size=40), st.text("ab-é日", max_size=40)), max_size=12, unique=True))
def test_b6_different_identities_never_share_a_name(pairs: list[tuple[str, str]]) -> None:
    taken: dict[str, Identity | None] = {}
    for project, worktree in pairs:
        mine = identity(project, worktree, "dev")
        name, reused = names.allocate(mine.base, mine, taken)
        assert not reused
        assert name not in taken
        taken[name] = mine


def test_a_folder_of_a_branch() -> None:
    assert names.folder("feature/a b") == "feature-a-b"
    assert names.folder("..") == "worktree"
