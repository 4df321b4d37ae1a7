"""What may be shown raw: the same for people, in JSON, in the log and of a pane."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING

import pytest

from viewsync import log
from viewsync.output import as_text
from viewsync.text.printing import printable
from viewsync.text.sanitize import harmless

if TYPE_CHECKING:
    from pathlib import Path

CONTROLS = [chr(code) for code in (*range(0x80, 0xA0), 0x07, 0x1B, 0x7F)]
TURNING = [chr(code) for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
ENDS_OF_LINES = ["\u2028", "\u2029"]
UNSEEN = ["\u200b", "\u2060", "\ufeff", "\ufff9", "\U000e0041", "\U000e007f"]
ODD = [*CONTROLS, *TURNING, *ENDS_OF_LINES, *UNSEEN]


@pytest.mark.parametrize("char", ODD, ids=ascii)
def test_json_holds_it_escaped_and_with_the_same_value(char: str) -> None:
    value = {f"key{char}": [f"a{char}b", {"deep": char}]}
    for indent in (2, None):
        text = as_text(value, indent)
        assert char not in text
        assert json.loads(text) == value


@pytest.mark.parametrize("char", ODD, ids=ascii)
def test_people_see_that_it_is_there(char: str) -> None:
    assert printable(f"a{char}b") not in (f"a{char}b", "ab")
    assert char not in printable(f"a{char}b")


@pytest.mark.parametrize("char", [*TURNING, *ENDS_OF_LINES, *UNSEEN], ids=ascii)
def test_a_pane_is_shown_with_it_escaped(char: str) -> None:
    assert harmless(f"a{char}b", colours=True) == printable(f"a{char}b")


@pytest.mark.parametrize("char", sorted(set(CONTROLS) - set("\x1b\x90\x98\x9b\x9d\x9e\x9f")), ids=ascii)
def test_a_pane_is_shown_without_its_controls(char: str) -> None:
    assert harmless(f"a{char}b", colours=True) == "ab"


def test_what_a_pane_is_not_shown_with_is_escaped_everywhere_else() -> None:
    for code in (*range(0xD800), *range(0xE000, 0xE1000)):
        char = chr(code)
        assert char in "\n\t" or harmless(char, colours=False) == char or not char.isprintable(), ascii(char)


@pytest.mark.parametrize("text", ["日本 é", "שלום", "مرحبا", "👩\u200d💻", "می\u200cشود", "\ue0b0 prompt", "🏳️\u200d🌈"])
def test_what_people_write_stays_in_a_pane(text: str) -> None:
    assert harmless(text, colours=False) == text
    assert json.loads(as_text(text)) == text


@pytest.mark.parametrize("text", ["日本 é", "שלום", "مرحبا", "🚀"])
def test_what_people_write_is_not_escaped(text: str) -> None:
    assert as_text(text) == f'"{text}"'
    assert printable(text) == text


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan"), 1e999])
def test_what_is_no_number_is_null(number: float) -> None:
    value = {"a": number, "b": [1.5, {"c": (number, "x")}]}
    assert json.loads(as_text(value), parse_constant=pytest.fail) == {"a": None, "b": [1.5, {"c": [None, "x"]}]}


def test_the_log_holds_it_escaped_and_each_line_of_a_traceback(tmp_path: Path) -> None:
    handler = log._handler(str(tmp_path), os.open)
    for char in ODD:
        record = logging.LogRecord("viewsync", logging.ERROR, "", 0, f"first{char}\nsecond", (), None)
        handler.emit(record)
    handler.close()
    lines = (tmp_path / log.FILE).read_text(encoding="utf-8").split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) == 2 * len(ODD) + 1
