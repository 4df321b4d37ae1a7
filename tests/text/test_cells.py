"""Columns of a terminal: counted, padded and cut, as a real terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wait import until
from viewsync.output import table
from viewsync.text import bars, cells

if TYPE_CHECKING:
    from tests.support.server import Server

WIDTHS = {
    "": 0,
    "web": 3,
    "日本語": 6,
    "ｱｲｳ": 3,  # half as wide
    "\uff21": 2,  # an A of full width
    "한국": 4,
    "\u1112\u1161\u11ab": 2,  # one Korean syllable from its letters
    "e\u0301te\u0301": 3,  # accents of their own
    "नमस्ते": 4,
    "a\u200bb": 2,  # a space of no width
    "a\xadb": 3,  # terminals show a soft hyphen
    "😀": 2,
    "❤\ufe0f": 2,  # shown as an emoji
    "👍🏽": 2,  # with a tone of skin
    "🇩🇪": 2,
    "👨\u200d👩\u200d👧": 2,  # three that are joined to one
    "👩🏽\u200d💻x": 3,
    "ab…│└": 5,
}


@pytest.mark.parametrize(("text", "width"), WIDTHS.items())
def test_the_width_of_a_text(text: str, width: int) -> None:
    assert cells.width(text) == width
    assert cells.pad(text, 8) == text + " " * (8 - width)


@pytest.mark.parametrize("text", ["web-prod", "日本語", "e\u0301te\u0301", "a日", "😀😀"])
def test_a_real_terminal_shows_them_so(server: Server, text: str) -> None:
    server.tmux("new-window", "-t", "=proj:", "-n", "cells", "sh", "-c", 'printf %s "$1"; exec cat', "sh", text)
    until(lambda: server.show("=proj:cells", "#{cursor_x}") == str(cells.width(text)), f"the cursor behind {text}")


@pytest.mark.parametrize(
    ("text", "columns", "kept"),
    [
        ("web", 3, "web"),
        ("webs", 3, "we…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),  # half a character is none
        ("e\u0301te\u0301s", 3, "e\u0301t…"),
        ("👩🏽\u200d💻ab", 3, "👩🏽\u200d💻…"),
        ("ab", 0, "…"),
    ],
)
def test_what_is_too_wide_is_cut_between_characters(text: str, columns: int, kept: str) -> None:
    assert cells.cut(text, columns) == kept


def test_a_cell_of_a_fixed_width_is_cut_or_padded() -> None:
    assert [cells.fit(text, 4) for text in ("日本語", "a日本", "x", "e\u0301")] == [
        "日本",
        "a日 ",
        "x   ",
        "e\u0301   ",
    ]


def test_the_columns_of_a_table_begin_in_one_place() -> None:
    names = [name for name in WIDTHS if "\u200b" not in name and name]
    rows = [(name, "alive", "x") for name in [*names, "two\nlines", "\x1b[2J", "zero\u200bwidth"]]
    lines = table(("NAME", "STATUS", "TYPE"), rows)
    starts = {cells.width(line[: line.index("alive")]) for line in lines[1:]}
    assert starts == {cells.width(lines[0][: lines[0].index("STATUS")])}
    assert all(line.isprintable() for line in lines)
    assert {r"two\nlines", r"\x1b[2J", r"zero\u200bwidth"} <= {line.split("  ")[0] for line in lines}


def test_bars_begin_in_one_place_whatever_their_labels() -> None:
    drawn = bars.draw([bars.Bar(label, 1.0, "1h") for label in ("日本語", "web", "日" * 20)], 60, unicode=True)
    assert {cells.width(line.label) for line in drawn} == {23}
    assert drawn[2].label == "日" * 11 + "…"
    assert {cells.width(line.text) for line in drawn} == {60}
