"""Which words are keys."""

from __future__ import annotations

import pytest

from viewsync.tmux.rules import keys


@pytest.mark.parametrize("word", ["C-c", "C-d", "C-A", "M-x", "C-M-x", "M-C-x", "C-[", "C-_", "M-.", "M-5"])
def test_a_control_word_is_modifiers_and_one_character(word: str) -> None:
    assert keys.is_control_word(word)
    assert keys.is_key(word)


@pytest.mark.parametrize(
    "word",
    [
        *("Up", "Home", "Space", "Tab", "F1", "Enter", "BSpace", "C-Up", "S-a", "C-cc", "C-", "C-é", "C-1", "c", "^c"),
        *("c-c", "M-", "C-;"),
        "",
        "C-c ",
        " C-c",
        "C-c\n",
    ],
)
def test_d12_any_other_word_is_text(word: str) -> None:
    assert not keys.is_control_word(word)


@pytest.mark.parametrize(
    "word",
    [
        "Up",
        "up",
        "F12",
        "PageDown",
        "C-Up",
        "C-M-S-F5",
        "S-Left",
        "Enter",
        "M-Enter",
        "C-Space",
        "KP*",
        "^c",
        "x",
        "é",
        " ",
        "S-Tab",
        "s-enter",
        "C-Enter",
        "C-é",
        "C-1",
        "C-;",
    ],
)
def test_a_key_that_can_be_pressed(word: str) -> None:
    assert keys.is_key(word)


@pytest.mark.parametrize(
    "word",
    [
        "Foo",
        "Return",
        "F13",
        "S-a",
        "M-S-a",
        "S-KP5",
        "C-KPEnter",
        "X-Enter",
        "C-C-",
        "ls",
        "",
        "\n",
        "\x03",
        "F1\n",
        "Any",
        "KP",
    ],
)
def test_a_word_that_tmux_would_type_or_drop_is_no_key(word: str) -> None:
    assert not keys.is_key(word)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("S-Enter", "\033[13;2u"),
        ("c-enter", "\033[13;5u"),
        ("C-S-Enter", "\033[13;6u"),
        ("M-S-Enter", "\033[13;4u"),
        ("C-M-S-Tab", "\033[9;8u"),
        ("S-Tab", "\033[Z"),
        ("S-Space", "\033[32;2u"),
        ("C-BSpace", "\033[127;5u"),
        ("C-S-A", "\033[97;6u"),
        ("C-é", "\033[233;5u"),
        ("Enter", ""),
        ("M-Enter", ""),
        ("C-Space", ""),
        ("C-Up", ""),
    ],
)
def test_the_code_of_an_extended_key(word: str, code: str) -> None:
    assert keys.extended(word) == code


def test_what_may_have_been_meant() -> None:
    assert keys.like("Return") == "Enter"
    assert keys.like("esc") == "Escape"
    assert keys.like("pagdown") == "PageDown"
    assert keys.like("qqqqqqqq") == ""
