"""The order of a group's sessions: which views get another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewsync.tmux.rules.model import Inventory, Server, TmuxSession
from viewsync.views.rules import names, order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewsync.registry_shape import ViewRow

SERVER = Server("/s", 1, 2, "3.5a")
ONE, TWO = "proj-view-1795000000-000000001", "proj-view-1795000001-000000002"


def found(*named: str, server: Server = SERVER, marked: bool = True) -> Inventory:
    sessions = tuple(
        TmuxSession(f"${at}", name, "g", len(named), 1, 0, 0, False, marked and at > 1, "", False, 0.0, "@1", 1)
        for at, name in enumerate(named, start=1)
    )
    return Inventory(server, sessions, (), (), True)


def rows(*ids: str, **fields: Any) -> Mapping[str, ViewRow]:
    """Of views that were made with the moments of `ONE`, `TWO`, and so on."""
    moments = {f"${at}": f"{1_795_000_000 + at - 2}-{at - 1:09}" for at in range(1, 5)}
    return {
        f"was-view-{moments[one]}": cast("ViewRow", {"server": SERVER.identity, "session_id": one, **fields})
        for one in ids
    }


def new(inventory: Inventory, views: Mapping[str, ViewRow]) -> list[tuple[str, str]]:
    return [(view.id, view.new) for view in order.misnamed(inventory, views)]


@pytest.mark.parametrize(
    "named",
    [("proj", ONE, TWO), ("b", ONE, TWO), ("proj",), (ONE, TWO), ("0", ONE), ("proj", "zeta"), ("proj", "proj2")],
)
def test_who_sorts_as_they_came_keep_their_names(named: tuple[str, ...]) -> None:
    assert new(found(*named), rows("$2", "$3")) == []


def test_views_of_a_renamed_parent_follow_all_together() -> None:
    zetas = [name.replace("proj", "zeta") for name in (ONE, TWO)]
    assert new(found("zeta", ONE, TWO), rows("$2", "$3")) == [("$2", zetas[0]), ("$3", zetas[1])]
    assert new(found("zeta", ONE, zetas[1]), rows("$2", "$3")) == [("$2", zetas[0])]
    assert new(found("b", ONE, TWO.replace("proj", "b")), rows("$2", "$3")) == [("$2", ONE.replace("proj", "b"))]


def test_where_the_parent_is_gone_they_follow_the_first() -> None:
    assert new(found(ONE.replace("proj", "zeta"), TWO), rows("$2", told_as=TWO)) == [
        ("$2", TWO.replace("proj", "zeta"))
    ]


def test_others_and_those_that_somebody_named_stay() -> None:
    assert new(found("zeta", ONE, "mine"), rows("$2", "$3")) == [("$2", ONE.replace("proj", "zeta"))]
    assert new(found("zeta", "mine-view-1700000000-123456789"), rows("$2")) == []
    assert new(found("zeta", ONE), rows("$2", told_as="mine-view-1700000000-123456789")) == []
    assert new(found("zeta", ONE), {}) == []
    assert new(found("zeta", ONE), rows("$3")) == []
    assert new(found("zeta", ONE, marked=False), rows("$2")) == []
    assert new(found("zeta", ONE), {"x": {"server": "other", "session_id": "$2"}}) == []


def test_a_parent_on_its_detour_is_no_other_name() -> None:
    assert new(found("viewsync-detour-1", ONE.replace("proj", "a")), rows("$2", detour="viewsync-detour-1")) == []


@pytest.mark.parametrize("version", ["3.2a", "3.3a"])
def test_where_nothing_depends_on_it_all_stay(version: str) -> None:
    assert new(found("zeta", ONE, server=SERVER._replace(version=version)), rows("$2")) == []


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80)


@given(_TEXT, _TEXT)
def test_in_any_group_of_a_parent_and_its_views_the_order_is_right_afterwards(was: str, parent: str) -> None:
    made = [names.view_name(was, 1_795_000_000 + at, at + 1, behind=True) for at in range(3)]
    changed = dict(new(found(parent, *made), rows("$2", "$3", "$4")))
    group = [parent, *(changed.get(f"${at}", name) for at, name in enumerate(made, start=2))]
    assert [name.encode() for name in group] == sorted({name.encode() for name in group})
