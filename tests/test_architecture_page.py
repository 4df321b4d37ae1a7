"""docs/explanation/architecture.md and its picture: every package is there, and every file that they name."""

from __future__ import annotations

import os
import re

import pytest

from tests.support.server import ROOT

PACKAGE = os.path.join(ROOT, "viewsync")
PACKAGES = sorted(name for name in os.listdir(PACKAGE) if os.path.exists(os.path.join(PACKAGE, name, "__init__.py")))


def page(name: str) -> str:
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def missing_files(text: str) -> list[str]:
    """The paths in it that lead to no file, from the root, from `viewsync/`, or from the subject named before it."""
    named = re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|md|toml))`", text)
    folders = (ROOT, PACKAGE, os.path.join(PACKAGE, "views", "rules"), os.path.join(PACKAGE, "views"))
    return [path for path in named if not any(os.path.exists(os.path.join(folder, path)) for folder in folders)]


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_has_its_room(name: str) -> None:
    assert f"| `{name}/` |" in page("docs/explanation/architecture.md")
    assert f">{name}/<" in page("docs/explanation/house.svg")


def test_the_picture_shows_no_room_that_is_gone() -> None:
    assert sorted(re.findall(r'class="name"[^>]*>([a-z_]+)/<', page("docs/explanation/house.svg"))) == PACKAGES


@pytest.mark.parametrize("name", ["docs/explanation/architecture.md", "CONTRIBUTING.md"])
def test_each_file_that_is_named_is_there(name: str) -> None:
    assert missing_files(page(name)) == []


def test_the_check_can_fail() -> None:
    assert missing_files("`views/rules/policy.py`, `policy.py` and `views/rules/cleanup.py`") == [
        "views/rules/cleanup.py"
    ]
