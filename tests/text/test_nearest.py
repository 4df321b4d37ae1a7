"""Which name somebody meant."""

from __future__ import annotations

import pytest

from viewsync.cli import COMMANDS
from viewsync.text.nearest import did_you_mean, nearest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("oepn", "open"),
        ("Open", "open"),
        ("lsit", "list"),
        ("ls", "list"),
        ("cature", "capture"),
        ("kill_session", "kill-session"),
        ("staus", "status"),
    ],
)
def test_the_verb_that_was_meant(typed: str, meant: str) -> None:
    assert did_you_mean(typed, COMMANDS) == f"did you mean {meant}?"


def test_a_name_that_is_like_none_gets_no_guess() -> None:
    assert did_you_mean("xyzzy", COMMANDS, "`viewsync --help` lists them") == "`viewsync --help` lists them"
    assert did_you_mean("", ["a"]) == did_you_mean("a", []) == ""


def test_several_come_best_first_and_those_that_begin_so_last() -> None:
    assert nearest("web", ["website-of-somebody", "wed", "mail", "web-1"]) == ["web-1", "wed", "website-of-somebody"]
    assert did_you_mean("web", ["wed", "web-1"], most=3) == "did you mean web-1 or wed?"
    assert nearest("web", ["web1", "web2", "web3", "web4"], 2) == ["web1", "web2"]


def test_a_name_that_would_read_as_several_words_stands_in_quotes() -> None:
    assert did_you_mean("my ap", ["my app"]) == "did you mean 'my app'?"
    assert did_you_mean("b\x1b[2Jc", ["b\x1b[2Jcd"]) == r"did you mean 'b\x1b[2Jcd'?"
    assert did_you_mean("日本", ["日本語"]) == "did you mean 日本語?"


def test_letters_count_the_same_in_either_case() -> None:
    names = ["project", "notes", "Proj", "dev"]
    assert nearest("proj", names)[0] == "Proj"
    assert nearest("projct", names)[0] == "project"
    assert nearest("zzz", names) == []


def test_a_name_that_begins_so_comes_before_one_that_is_spelled_a_little_more_alike() -> None:
    assert nearest("stat", ["run", "start", "stop", "status"])[:2] == ["status", "start"]
