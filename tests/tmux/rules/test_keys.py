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
        "S-Tab",
        "S-a",
        "C-Enter",
        "C-é",
        "C-1",
        "C-;",
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


def test_what_may_have_been_meant() -> None:
    assert keys.like("Return") == "Enter"
    assert keys.like("esc") == "Escape"
    assert keys.like("pagdown") == "PageDown"
    assert keys.like("qqqqqqqq") == ""
