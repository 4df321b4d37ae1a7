"""Whether a layout is one: tmux 3.3a ends, with all sessions, on some words that are none."""

from __future__ import annotations

import pytest

from viewsync.tmux.rules import layout_tree
from viewsync.tmux.rules.layouts import NAMES, OTHER, SAME, SIZES, UNKNOWN, likeness, problem, verdict, word

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


def how(layout: str, tree: str, *ours: str, columns: int = 0) -> str:
    cell = layout_tree.read(tree)
    assert cell is not None
    return verdict(layout, cell, ours or layout_tree.panes(cell), columns)


ROW = "0000,120x40,0,0{39x40,0,0,0,39x40,40,0,1,40x40,80,0,2}"
NESTED = "0000,120x40,0,0{39x40,0,0,0,80x40,40,0{39x40,40,0,1,40x40,80,0,2}}"  # what tmux leaves of some that ended
GRID = "0000,99x40,0,0[99x19,0,0{49x19,0,0,0,49x19,50,0,1},99x20,0,20{49x20,0,20,2,49x20,50,20,3}]"


def test_cells_count_as_they_are_seen() -> None:
    assert how("even-horizontal", NESTED) == how("even-horizontal", ROW) == SAME
    assert how(ROW, NESTED) == how(NESTED, ROW) == SAME


def test_numbers_of_panes_do_not_matter() -> None:
    assert how(ROW, ROW.replace(",2}", ",77}")) == SAME


def test_other_panes_are_thought_away() -> None:
    assert how("even-horizontal", GRID, "%0", "%1") == UNKNOWN
    assert how("even-vertical", GRID, "%0", "%2") == UNKNOWN
    assert how("even-vertical", GRID, "%0", "%1") == OTHER
    assert how("tiled", GRID, "%0", "%1") == UNKNOWN  # all four are
    assert how("0000,9x9,0,0{4x9,0,0,4x9,5,0}", GRID, "%0", "%3") == OTHER


def test_a_pane_that_is_not_among_the_cells_leaves_it_open() -> None:
    assert how("even-horizontal", ROW, "%0", "%1", "%2", "%9") == UNKNOWN
    assert verdict("tiled", None, ["%0", "%1"]) == UNKNOWN
    assert how("even-horizontal", ROW, "%9") == UNKNOWN


def test_one_pane_meets_every_layout() -> None:
    for layout in (*NAMES, TWO, "0000,80x24,0,0,0"):
        assert how(layout, "0000,200x50,0,0,7") == SAME


def test_even_to_within_what_tmux_leaves() -> None:
    assert how("even-horizontal", "0000,200x50,0,0{98x50,0,0,0,101x50,99,0,1}") == SAME
    assert how("even-horizontal", "0000,200x50,0,0{97x50,0,0,0,102x50,98,0,1}") == SIZES
    assert how("tiled", GRID) == SAME
    assert how("tiled", GRID.replace("{49x20,0,20,2,49x20", "{9x20,0,20,2,89x20")) == SIZES
    assert how("tiled", GRID.replace("99x20", "99x9").replace("99x19", "99x30")) == SIZES


def test_a_tree_is_one_by_its_sizes_or_of_another_size_by_its_shape() -> None:
    assert how(TWO, TWO) == SAME
    assert how(TWO, "0000,80x24,0,0{30x24,0,0,0,49x24,31,0,1}") == SIZES
    assert how(TWO, "0000,81x24,0,0{30x24,0,0,0,50x24,31,0,1}") == UNKNOWN
    assert how(TWO, "0000,80x24,0,0[80x12,0,0,0,80x11,0,13,1]") == OTHER
    assert how("no layout", TWO) == UNKNOWN


def test_words_that_mean_one_layout() -> None:
    assert likeness("tiled", "tiled") == SAME
    assert likeness("even-horizontal", TWO) == likeness(TWO, "even-horizontal") == SAME
    assert likeness("main-vertical", TWO) == SAME
    assert likeness("even-vertical", TWO) == OTHER
    assert likeness("", TWO) == likeness("", "tiled") == likeness("even-vertical", "main-horizontal") == OTHER
    assert likeness(TWO, TWO.replace("0,1}", "0,8}")) == SAME
    assert likeness(TWO, "0000,80x24,0,0{30x24,0,0,0,49x24,31,0,1}") == OTHER
    assert likeness("even-horizontal", "0000,80x24,0,0{30x24,0,0,0,49x24,31,0,1}") == SIZES


def test_a_window_is_called_by_its_name_or_by_itself() -> None:
    found = [
        layout_tree.read(layout)
        for layout in (ROW, GRID, THREE, TWO.replace("40x24", "50x24").replace("39x24,41", "29x24,51"))
    ]
    assert [word(cell)[4:] for cell in found if cell] == [
        "-horizontal",
        "d",
        "-vertical",
        ",80x24,0,0{50x24,0,0,0,29x24,51,0,1}",
    ]
