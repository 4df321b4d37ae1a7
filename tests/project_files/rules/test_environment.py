"""Which variables nobody is to see."""

from __future__ import annotations

import pytest

from viewsync.project_files.rules import environment


@pytest.mark.parametrize(
    "name",
    ["API_TOKEN", "githubtoken", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "APIKEY", "SSH_KEY_FILE", "PWD_X"],
)
def test_a_name_that_looks_like_a_secret_is_one(name: str) -> None:
    assert environment.looks_secret(name, "x")


@pytest.mark.parametrize("name", ["KEYBOARD", "MONKEY_ISLAND", "NODE_ENV", "AUTHOR", "COMPASS", "PATH"])
def test_others_are_not(name: str) -> None:
    assert not environment.looks_secret(name, "x")


def test_an_address_with_a_password_in_it_is_one() -> None:
    assert environment.looks_secret("DATABASE", "postgres://me:hunter2@db/x")
    assert not environment.looks_secret("API", "http://localhost:3000/@x")


def test_listed_ones_are_secrets_too() -> None:
    assert environment.secrets([("A", "1"), ("B_TOKEN", "2"), ("C", "3")], ["A"]) == {"A", "B_TOKEN"}


def test_what_holds_the_value_of_a_secret_is_one() -> None:
    pairs = [("A", "hush-hush"), ("URL", "https://x/?k=hush-hush&y"), ("C", "hush"), ("D", "")]
    assert environment.secrets(pairs, ["A"]) == {"A", "URL"}
    assert environment.secrets([("A", ""), ("B", "b")], ["A"]) == {"A"}


def test_the_longest_value_is_hidden_first() -> None:
    assert environment.hidden("a abcd abcdef 1", ["abcd", "abcdef", "1"]) == "a *** *** 1"


def test_later_layers_win() -> None:
    assert environment.merged([{"A": "1", "B": "1"}, {"B": "2"}]) == {"A": "1", "B": "2"}
