"""The pictures say what viewsync says now. Where one does not, `docs/pictures/make` makes it again."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from tests.pictures import drawing
from tests.pictures.__main__ import FOLDER
from tests.pictures.scenes import SCENES
from tests.pictures.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop() as made:
        yield made


def stored(name: str) -> str:
    with open(os.path.join(FOLDER, f"{name}.svg"), encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("name", SCENES)
def test_a_picture_says_what_a_run_shows_now(workshop: Workshop, name: str) -> None:
    drawn = drawing.svg(SCENES[name].draw(workshop), SCENES[name].title)
    assert drawing.said(stored(name)) == drawing.said(drawn), "docs/pictures/make makes it again"


@pytest.mark.parametrize("name", SCENES)
def test_a_picture_is_small_and_fetches_nothing(name: str) -> None:
    text = stored(name)
    assert len(text.encode()) < _MOST_BYTES
    assert ElementTree.fromstring(text).tag.endswith("svg")  # noqa: S314  # our own file
    assert "@font-face" not in text
    assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://www.w3.org/2000/svg", "http://localhost"}
    assert set(re.findall(r'font-family="([^"]*)"', text)) == {"ui-monospace, monospace"}


def test_each_picture_is_one_that_can_be_made_again() -> None:
    assert {name for name in os.listdir(FOLDER) if name.endswith(".svg")} == {f"{name}.svg" for name in SCENES}
