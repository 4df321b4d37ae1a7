"""Whether a layout is one: tmux 3.3a ends, with all sessions, on some words that are none."""

from __future__ import annotations

import pytest

from viewsync.rules.projects.layouts import NAMES, problem

OLD = (3, 3)
TWO = "8205,80x24,0,0{40x24,0,0,0,39x24,41,0,1}"
THREE = "8ab7,120x40,0,0{60x40,0,0,0,59x40,61,0[59x20,61,0,1,59x19,61,21,2]}"


@pytest.mark.parametrize("name", NAMES)
def test_names_are_for_any_number_of_panes(name: str) -> None:
    assert problem(name, 7, OLD) == ""


def test_a_name_that_only_a_later_tmux_has() -> None:
    assert problem("main-vertical-mirrored", 2, (3, 5)) == ""
    assert problem("main-vertical-mirrored", 2, OLD) == "tmux 3.3 has no layout 'main-vertical-mirrored'"


def test_what_tmux_prints() -> None:
    assert problem(TWO, 2, OLD) == ""
    assert problem("b25d,80x24,0,0,0", 1, OLD) == ""


@pytest.mark.parametrize("panes", [1, 3])
def test_it_is_for_as_many_panes_as_it_has(panes: int) -> None:
    assert problem(TWO, panes, OLD).endswith(f"is for 2 panes, and the window has {panes}")


def test_cells_may_stand_in_cells() -> None:
    tree = THREE.partition(",")[2]
    found = 0
    for char in tree:
        found = ((found >> 1) + ((found & 1) << 15) + ord(char)) & 0xFFFF
    assert problem(f"{found:04x},{tree}", 3, OLD) == ""


@pytest.mark.parametrize(
    "text",
    ["", "main", "tile", "-x", "zz", "{}", ",", "--", "b25f", "b25f,", "b25f,80x24,0,0,0", "fff3,4294967295x1,0,0,0"],
)
def test_all_else_is_none(text: str) -> None:
    assert problem(text, 1, OLD)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("64aa,80x24,0,0{", "no cell"),
        ("46aa,80x24,0,0{40x24,0,0,0", "never closed"),
        ("23d2,80x24,0,0{40x24,0,0,0}", "do not fill"),
        ("8115,80x24,0,0{40x24,0,0,0,60x24,41,0,1}", "do not fill"),
        ("d98b,80x24,0,0,0]", "stands behind it"),
        ("c05d,0x0,0,0,0", "a cell of 0x0"),
        ("b004,99999x99999,0,0,0", "a cell of 99999x99999"),
    ],
)
def test_a_damaged_one(text: str, why: str) -> None:
    assert why in problem(text, 1, OLD)
