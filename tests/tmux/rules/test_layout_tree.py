"""Trees of cells: what is written is read again, and whatever a text is, reading it ends well."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from viewsync.tmux.rules import layout_tree, layouts
from viewsync.tmux.rules.layout_tree import Cell, NoTree


@st.composite
def trees(draw: st.DrawFn, across: bool = False, depth: int = 0) -> Cell:
    """Such that the cells fill each other, as tmux has them."""
    width, height = draw(st.integers(20, 400)), draw(st.integers(20, 200))
    return draw(filled(width, height, across, depth))


@st.composite
def filled(draw: st.DrawFn, width: int, height: int, across: bool, depth: int) -> Cell:
    length = width if across else height
    if depth > 3 or length < 5 or draw(st.booleans()):
        return Cell(width, height, f"%{draw(st.integers(0, 99999))}")
    first = draw(st.integers(1, length - 2))
    inner = tuple(
        draw(filled(part, height, False, depth + 1) if across else filled(width, part, True, depth + 1))
        for part in (first, length - 1 - first)
    )
    return Cell(width, height, "", inner, across)


@given(trees())
def test_what_is_written_is_read_again(cell: Cell) -> None:
    text = layout_tree.written(cell)
    panes = layout_tree.panes(cell)
    assert layout_tree.read(text) == cell
    assert layouts.problem(text, len(panes), (3, 3)) == ""
    assert layouts.verdict(text, cell, panes) == layouts.SAME


@given(trees(), st.data())
def test_without_some_panes_the_others_keep_their_order(cell: Cell, data: st.DataObject) -> None:
    panes = layout_tree.panes(cell)
    kept = data.draw(st.sets(st.sampled_from(panes)))
    found = layout_tree.plain(cell, kept)
    assert (layout_tree.panes(found) if found else []) == [pane for pane in panes if pane in kept]


@given(st.text("0123456789x,{}[]a", max_size=60))
def test_any_text_is_a_tree_or_none(text: str) -> None:
    cell = layout_tree.read(text)
    if cell is not None:
        assert layout_tree.read(layout_tree.written(cell)) == cell
        assert layouts.verdict("tiled", cell, layout_tree.panes(cell))


@given(trees(), st.data())
def test_a_tree_that_lost_a_character_is_told_or_another_one(cell: Cell, data: st.DataObject) -> None:
    text = layout_tree.written(cell)
    at = data.draw(st.integers(0, len(text) - 1))
    assert layouts.problem(text[:at] + text[at + 1 :], len(layout_tree.panes(cell)), (3, 3))


def test_cells_in_cells_have_an_end() -> None:
    text = "1x1,0,0[" * 5000
    assert layout_tree.read(f"0000,{text}") is None
    with pytest.raises(NoTree, match="too many"):
        layout_tree.tree(text)
    assert "too many" in layouts.problem(f"{layout_tree.checksum(text):04x},{text}", 1, (3, 3))
