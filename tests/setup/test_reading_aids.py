"""Completions and the manual page where shells and man look; the shells themselves are in tests/completion."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.tree import tree
from viewsync.completion import scripts

if TYPE_CHECKING:
    from tests.support.server import Home


def places(folder: str) -> list[str]:
    return [os.path.join(folder, *place) for place in scripts.PLACES.values()]


def install(home: Home, *words: str, **env: str) -> str:
    done = home.viewsync("install", *words, env=env)
    assert done.code == 0, done
    return done.out


@pytest.mark.parametrize(
    ("words", "env", "where"),
    [
        ((), {}, ".local/share"),
        ((), {"XDG_DATA_HOME": "{home}/data"}, "data"),
        ((), {"XDG_DATA_HOME": "relative"}, ".local/share"),  # one that counts for nothing
        (("--prefix", "{home}/opt"), {"XDG_DATA_HOME": "{home}/data"}, "opt/share"),
        (("--prefix", "{home}/.local"), {"XDG_DATA_HOME": "{home}/data"}, "data"),
    ],
)
def test_completions_are_where_the_shells_look(
    home: Home, words: tuple[str, ...], env: dict[str, str], where: str
) -> None:
    env = {name: value.format(home=home.path) for name, value in env.items()}
    words = tuple(word.format(home=home.path) for word in words)
    before = tree(home.path)
    said = install(home, *words, **env)
    for path in places(os.path.join(home.path, where)):
        assert f"write {path}: the completions for " in said
        with open(path, encoding="utf-8") as file:
            assert scripts.MARK in file.read()
    assert home.viewsync("uninstall", "--purge", env=env).code == 0
    assert tree(home.path) == before


def test_one_that_somebody_linked_stays(home: Home) -> None:
    """As pipx does."""
    (bash, *others) = places(os.path.join(home.path, ".local", "share"))
    os.makedirs(os.path.dirname(bash))
    os.symlink("/elsewhere", bash)
    said = install(home)
    assert bash not in said
    assert all(path in said for path in others)
    assert os.readlink(bash) == "/elsewhere"


def test_somebody_elses_is_not_replaced(home: Home) -> None:
    zsh = places(os.path.join(home.path, ".local", "share"))[1]
    os.makedirs(os.path.dirname(zsh))
    with open(zsh, "w", encoding="utf-8") as file:
        file.write("mine")
    done = home.viewsync("install")
    assert (done.code, done.out) == (1, "")
    assert f"{zsh} already exists and was not made by viewsync" in done.err


def test_zsh_has_to_be_told_of_its_folder(home: Home) -> None:
    folder = os.path.join(home.path, ".local", "share", "zsh", "site-functions")
    line = f"fpath=({folder} $fpath)"
    assert line not in install(home)
    assert f"add to ~/.zshrc, before compinit: {line}\n" in install(home, SHELL="/usr/bin/zsh")
    with open(os.path.join(home.path, ".zshrc"), "w", encoding="utf-8") as file:
        file.write("fpath=(~/.local/share/zsh/site-functions $fpath)\n")
    assert line not in install(home, SHELL="/usr/bin/zsh")
