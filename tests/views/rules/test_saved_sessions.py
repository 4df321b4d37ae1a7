"""What tmux-resurrect saved, without views: files of its format (4.0.0), fields separated by tabs."""

from __future__ import annotations

import pytest

from viewsync.views.rules.saved_sessions import names, without_views

ONE, TWO = "proj-view-1735324800-1", "proj-view-1735324800-2"
PARENTS = {ONE: "proj", TWO: "proj"}


def saved(*lines: str) -> str:
    return "".join("\t".join(line.split("|")) + "\n" for line in lines)


def held_by(name: str) -> list[str]:
    return [
        f"pane|{name}|0|1|:*|0|a {ONE} title|:/tmp|1|sh|:",
        f"window|{name}|0|:{ONE}|1|:*|b25d,80x24,0,0,0|off",
    ]


def test_views_are_left_out_where_the_session_has_its_windows() -> None:
    text = saved(
        f"grouped_session|{ONE}|proj|:|:0", f"grouped_session|{TWO}|proj|:|:0", *held_by("proj"), f"state|{ONE}|x"
    )
    assert without_views(text, PARENTS) == saved(*held_by("proj"), "state|proj|x")


def test_windows_under_the_name_of_a_view_are_the_sessions() -> None:
    """Its id, $10, comes before the $9 of the session."""
    text = saved(
        f"grouped_session|{TWO}|{ONE}|:|:0",
        f"grouped_session|proj|{ONE}|:|:0",
        f"grouped_session|mine|{ONE}|:|:0",
        *held_by(ONE),
        f"state|{TWO}|{ONE}",
    )
    assert without_views(text, PARENTS) == saved("grouped_session|mine|proj|:|:0", *held_by("proj"), "state|proj|proj")


def test_a_view_whose_session_is_gone_is_saved_as_that() -> None:
    text = saved(f"grouped_session|{TWO}|{ONE}|:|:0", *held_by(ONE))
    assert without_views(text, PARENTS) == saved(*held_by("proj"))


def test_windows_of_two_sessions_are_never_put_into_one() -> None:
    """Somebody else has the name, or two views without a session would get it."""
    text = saved(f"grouped_session|{TWO}|{ONE}|:|:0", *held_by("proj"), *held_by(ONE), f"state|{ONE}|{TWO}")
    assert without_views(text, PARENTS) == saved(*held_by("proj"), *held_by(ONE), f"state|{ONE}|proj")
    text = saved(*held_by(ONE), *held_by(TWO))
    assert without_views(text, PARENTS) == saved(*held_by("proj"), *held_by(TWO))


def test_sessions_that_only_look_like_views_stay() -> None:
    text = saved(f"grouped_session|{ONE}|proj|:|:0", *held_by("proj"), f"state|{ONE}|")
    assert without_views(text, {}) == text


@pytest.mark.parametrize(
    "text", ["", "\n", "pane", "grouped_session\tx", "state\n\tproj", f"other\t{ONE}\n{ONE}\n", "a\r\n"]
)
def test_what_is_not_understood_stays(text: str) -> None:
    assert without_views(text, PARENTS) == text


def test_names() -> None:
    text = saved("grouped_session|a|b|:|:0", "pane|c|0|x", "window|d|e", "state|f|", "else|g", "")
    assert names(text) == {"a", "b", "c", "d", "f"}
