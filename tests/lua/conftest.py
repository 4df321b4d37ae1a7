"""Fixtures of the Lua tests: a wezterm-gui that has loaded viewsync, and what must hold after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.lua.fake import Answer, Gui

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTHING = {"ended": 0, "promoted": 0, "kept": 0, "failed": 0, "errors": []}


class Viewsync:
    """Stands in for the command: answers each verb with what the test set."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {"cleanup": NOTHING, "views": {"parents": []}}

    def __call__(self, argv: list[str]) -> Answer:
        verb = next(word for word in argv if word in ("cleanup", "views", "restore", "attach"))
        answer = self.answers[verb]
        return answer if isinstance(answer, Answer) else Answer(json.dumps(answer))


@pytest.fixture
def gui(tmp_path: Path) -> Iterator[Gui]:
    gui = Gui(home=str(tmp_path))
    yield gui
    gui.check()


@pytest.fixture
def viewsync(gui: Gui) -> Viewsync:
    """The command at its default place."""
    program = Viewsync()
    gui.programs[f"{gui.env['HOME']}/.local/bin/viewsync"] = program
    return program
