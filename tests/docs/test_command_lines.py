"""Every page says what happens: its files are written and its commands run, from its first line to its last."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import lupa.lua54
import pytest

from tests.docs import blocks
from tests.docs.reader import INSTEAD, Reader, fits
from tests.support.far_host import FarHost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Home

PAGES = {page: blocks.blocks(page, blocks.read(page)) for page in blocks.pages()}
# CONTRIBUTING.md tells how to run this, make the site and make a release.
FOLLOWED = [
    page
    for page, found in PAGES.items()
    if page != "CONTRIBUTING.md" and any(block.kind in blocks.RUN for block in found)
]
# What no test can run, and how often that is. One more is one that somebody has thought about.
EXCUSES = {
    "needs WezTerm": 1,
    "needs a checkout of the tools": 1,
    "needs another host": 2,
    "the session is only an example": 1,
    "its verdict depends on the machine": 1,
}


_ANOTHER_HOST = "docs/tutorials/first-remote-host.md"


@pytest.fixture
def reader(home: Home) -> Iterator[Reader]:
    found = Reader(home)
    yield found
    found.leave()


@pytest.mark.parametrize("page", [page for page in FOLLOWED if page != _ANOTHER_HOST])
def test_what_the_page_says_happens(reader: Reader, page: str) -> None:
    follow(reader, page)


def test_what_the_page_of_another_host_says_happens(home: Home) -> None:
    web = FarHost(home, "web").start()
    reader = Reader(home, web.home)
    try:
        follow(reader, _ANOTHER_HOST)
    finally:
        reader.leave()
        web.remove()


def follow(reader: Reader, page: str) -> None:
    for block in PAGES[page]:
        if block.kind in blocks.RUN and not block.excuse:
            try:
                reader.follow(block)
            except AssertionError as error:
                raise AssertionError(f"{page}:{block.line}: {error}") from None


def test_every_block_has_a_kind_that_is_known() -> None:
    unknown = [
        f"{block.page}:{block.line} {block.kind}"
        for found in PAGES.values()
        for block in found
        if block.kind not in (*blocks.RUN, *blocks.SHOWN)
    ]
    assert unknown == []


def test_no_command_hides_in_a_block_that_is_only_shown() -> None:
    hidden = [
        f"{block.page}:{block.line} {line}"
        for found in PAGES.values()
        for block in found
        if block.kind in ("", "text")
        for line in block.text.splitlines()
        if line.startswith(("$ ", "viewsync ", "tmux "))
    ]
    assert hidden == []


def test_what_is_not_run_says_why_and_is_counted() -> None:
    excuses = collections.Counter(block.excuse for found in PAGES.values() for block in found if block.excuse)
    assert excuses == EXCUSES


def test_a_command_that_fails_is_found(reader: Reader) -> None:
    for kind, text in {
        "sh": "viewsync health -s nobody\n",
        "console": "$ viewsync list\nsomething else\n",
        "tmux": "set -g no-such-option 1\n",
        "lua": "local viewsync = require(\n",
    }.items():
        with pytest.raises((AssertionError, lupa.lua54.LuaError)):
            reader.follow(blocks.Block("page", 1, kind, text))


def test_what_fits() -> None:
    assert fits("a 12 b\n", "a ... b\n")
    assert fits("a\nb\nc\n", "a\n...\n")
    assert fits("", "")
    assert not fits("a\nb\n", "a\n")
    assert not fits("a\n", "a\nb\n")


def test_few_commands_are_others_here() -> None:
    assert len(INSTEAD) == 2
