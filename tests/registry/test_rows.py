"""Rows that change their names together: none is lost, whoever has the names they want."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from viewsync.registry import rows as registry_rows

if TYPE_CHECKING:
    from viewsync.registry_shape import SessionRow

NAMES = st.sampled_from("abcdef")


@given(st.sets(NAMES), st.dictionaries(NAMES, NAMES))
def test_no_row_is_lost_and_no_other_is_moved(present: set[str], wanted: dict[str, str]) -> None:
    names = {old: new for old, new in wanted.items() if old in present}
    if len(set(names.values())) < len(names):
        names = {}  # two that want one name are for the rules to keep apart
    rows: dict[str, SessionRow] = {name: {"target": f"{name}:0.0", "type": name} for name in present}
    taken = registry_rows.rename(rows, names)
    assert {row["type"]: name for name, row in rows.items()} == {
        name: name if name in taken else names.get(name, name) for name in present
    }
    assert all(row["target"] == f"{name}:0.0" for name, row in rows.items())


def test_one_that_stays_keeps_its_name_from_the_others() -> None:
    rows: dict[str, SessionRow] = {name: {"target": f"{name}:0.0", "type": name} for name in ("a", "b", "c")}
    assert registry_rows.rename(rows, {"a": "b", "b": "c"}) == {"a", "b"}
    assert {name: row["type"] for name, row in rows.items()} == {"a": "a", "b": "b", "c": "c"}


def test_a_target_that_names_no_session_stays() -> None:
    rows: dict[str, SessionRow] = {"a": {"target": "%5"}, "b": {}}
    registry_rows.rename(rows, {"a": "x", "b": "y"})
    assert rows == {"x": {"target": "%5"}, "y": {}}
