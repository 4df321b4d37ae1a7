"""What real tmux makes of each layout, for one to nine panes, is known for what it is; whatever it prints is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from viewsync.tmux import portable_layouts
from viewsync.tmux.rules import layout_tree, layouts
from viewsync.tmux.rules.layout_tree import Cell
from viewsync.tmux.rules.layouts import NAMES, OTHER, SAME, SINCE_3_5, UNKNOWN
from viewsync.tmux.rules.versions import number

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Server

JSON = (  # tmux 3.8
    '{"V":2,"L":{"t":"h","w":200,"h":50,"x":0,"y":0,"c":[{"t":"p","w":80,"h":50,"x":0,"y":0,"a":true,"i":0,"I":"%0"},'
    '{"t":"p","w":28,"h":8,"x":4,"y":2,"i":3,"z":0,"I":"%3"},{"t":"v","w":119,"h":50,"x":81,"y":0,"c":['
    '{"t":"p","w":119,"h":24,"x":81,"y":0,"i":1,"I":"%2"},{"t":"p","w":119,"h":25,"x":81,"y":25,"i":2,"I":"%1"}]}]}}'
)
TREE = "9b8a,200x50,0,0{80x50,0,0,0,119x50,81,0[119x24,81,0,2,119x25,81,25,1]}"


@pytest.fixture
def window(servers: Callable[..., Server]) -> Server:
    return servers().start("-s", "a", "-x", "200", "-y", "50", "cat")


def names(server: Server) -> tuple[str, ...]:
    version = number(server.show("=a:", "#{version}"))
    return (*NAMES, *SINCE_3_5) if version >= (3, 5) else NAMES


def how(server: Server, layout: str) -> dict[str, str]:
    """The verdict of each name on the window, when it was laid out by that one."""
    server.tmux("select-layout", "-t", "=a:", layout)
    cell = portable_layouts.cell(server.show("=a:", "#{window_layout}"))
    assert cell is not None
    columns = int(server.show("=a:", "#{tiled-layout-max-columns}") or 0)
    return {name: layouts.verdict(name, cell, layout_tree.panes(cell), columns) for name in (*NAMES, *SINCE_3_5)}


def good(name: str, panes: int) -> str:
    return UNKNOWN if name.startswith("main-") and panes > 1 else SAME


@pytest.mark.parametrize("border", ["off", "top", "bottom"])
def test_each_layout_of_one_to_nine_panes_at_any_size(window: Server, border: str) -> None:
    window.tmux("set-option", "-w", "-t", "=a:", "pane-border-status", border)
    for panes in range(1, 10):
        for columns, lines in ((200, 50), (81, 23), (19, 9), (3, 2)):
            window.tmux("resize-window", "-t", "=a:", "-x", str(columns), "-y", str(lines))
            for name in names(window):
                found = how(window, name)
                assert found[name] == good(name, panes), (panes, columns, lines, name)
        window.tmux("resize-window", "-t", "=a:", "-x", "200", "-y", "50")
        window.tmux("select-layout", "-t", "=a:", "tiled")
        window.tmux("split-window", "-d", "-t", "=a:", "cat")


def test_no_layout_of_five_panes_is_taken_for_another(window: Server) -> None:
    for _ in range(4):
        window.tmux("split-window", "-d", "-t", "=a:", "cat")
        window.tmux("select-layout", "-t", "=a:", "tiled")
    for name in names(window):
        assert [candidate for candidate, found in how(window, name).items() if found != OTHER] == [name]


def test_tiled_has_as_many_columns_as_it_may(window: Server) -> None:
    for _ in range(6):
        window.tmux("split-window", "-d", "-t", "=a:", "cat")
        window.tmux("select-layout", "-t", "=a:", "tiled")
    if window.run("set-option", "-w", "-t", "=a:", "tiled-layout-max-columns", "2").code:
        pytest.skip("this tmux has no tiled-layout-max-columns")
    for most in (1, 2, 3, 4):
        window.tmux("set-option", "-w", "-t", "=a:", "tiled-layout-max-columns", str(most))
        assert how(window, "tiled")["tiled"] == SAME


def test_what_is_printed_can_be_given_back_and_is_the_same_again(window: Server) -> None:
    window.tmux("split-window", "-d", "-h", "-l", "50", "-t", "=a:", "cat")
    window.tmux("split-window", "-d", "-v", "-l", "9", "-t", "=a:", "cat")
    text = portable_layouts.portable(window.show("=a:", "#{window_layout}"), 3)
    assert layouts.problem(text, 3, number(window.show("=a:", "#{version}"))[:2]) == ""
    window.tmux("select-layout", "-t", "=a:", "tiled")
    window.tmux("select-layout", "-t", "=a:", text)
    assert portable_layouts.portable(window.show("=a:", "#{window_layout}"), 3) == text


def test_a_tree_without_panes_numbers_is_one(window: Server) -> None:
    """As tmux before 1.8 printed it, and files of other programs have it."""
    window.tmux("split-window", "-d", "-h", "-t", "=a:", "cat")
    old = layout_tree.written(Cell(200, 50, "", (Cell(150, 50), Cell(49, 50)), across=True))
    assert layouts.problem(old, 2, (3, 3)) == ""
    window.tmux("select-layout", "-t", "=a:", old)
    found = portable_layouts.cell(window.show("=a:", "#{window_layout}"))
    assert found is not None
    assert layouts.verdict(old, found, layout_tree.panes(found)) == SAME


def test_a_zoomed_window_is_as_it_is_without(window: Server) -> None:
    window.tmux("split-window", "-d", "-h", "-t", "=a:", "cat")
    before = portable_layouts.cell(window.show("=a:", "#{window_layout}"))
    window.tmux("resize-pane", "-Z", "-t", "=a:")
    assert portable_layouts.cell(window.show("=a:", "#{window_layout}")) == before


def test_json_is_the_same_tree_without_what_floats() -> None:
    assert portable_layouts.cell(JSON) == portable_layouts.cell(TREE)
    assert portable_layouts.portable(JSON, 3) == TREE
    assert portable_layouts.portable(JSON, 4) == ""  # the one that floats has no cell


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        '{"L":[]}',
        '{"L":{"t":"q","w":1,"h":1,"c":[]}}',
        '{"L":{"t":"p","w":1,"h":1}}',
        '{"L":{"t":"h","w":1,"h":1,"c":7}}',
        '{"L":{"t":"p","w":{},"h":1,"I":"%1"}}',
        "[" * 5000,
        '{"L":' + "[" * 50_000,
        "zzzz,1x1,0,0{",
        "0000," + "1x1,0,0[" * 5000,
    ],
)
def test_what_is_not_understood_is_no_layout(text: str) -> None:
    assert portable_layouts.cell(text) is None
    assert portable_layouts.portable(text, 1) == ""
