"""Tables: in columns, on a narrow terminal in what it has room for, and in colours that mean something."""

from __future__ import annotations

import pytest

from viewsync.text import cells, styles, tables

HEAD = ("NAME", "STATUS", "REASON")
ROWS = [("alive", "missing", "somebody ended it outside of viewsync"), ("日本", "alive", "")]


def shown(room: int) -> list[str]:
    return list(map(str, tables.lines(HEAD, ROWS, room)))


@pytest.mark.parametrize("room", [0, 53, 200])
def test_with_room_each_row_is_a_line(room: int) -> None:
    assert shown(room) == [
        "NAME   STATUS   REASON",
        "alive  missing  somebody ended it outside of viewsync",
        "日本   alive",
    ]


def test_the_last_column_goes_on_below_itself() -> None:
    assert shown(44) == [
        "NAME   STATUS   REASON",
        "alive  missing  somebody ended it outside of",
        "                viewsync",
        "日本   alive",
    ]


def test_without_room_for_columns_each_cell_has_a_line() -> None:
    assert shown(30) == [
        "NAME    alive",
        "STATUS  missing",
        "REASON  somebody ended it outside of viewsync",
        "",
        "NAME    日本",
        "STATUS  alive",
    ]


@pytest.mark.parametrize("room", range(40, 60))
def test_no_line_is_longer_than_its_terminal_and_no_word_is_lost(room: int) -> None:
    lines = shown(room)
    assert max(map(cells.width, lines)) <= room
    assert sorted(" ".join(lines).split()) == sorted(" ".join(" ".join(row) for row in (HEAD, *ROWS)).split())


def test_a_status_has_a_colour_and_a_name_that_is_called_like_one_has_none() -> None:
    head, row, _ = tables.lines(HEAD, ROWS, 0)
    assert head.styled == "\033[1mNAME\033[0m   \033[1mSTATUS\033[0m   \033[1mREASON\033[0m"
    assert row.styled == "alive  \033[31mmissing\033[0m  somebody ended it outside of viewsync"
    assert styles.of("NEXT SWEEP", "end: orphan: nobody is on it") == styles.DOUBT
