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


def choices(views: Any) -> Any:
    """What `pick` says of the sessions of which `views` says that."""
    if isinstance(views, Answer):
        return views
    found = []
    for parent in views["parents"]:
        shown = parent["views"]
        last = max((view.get("last_attached") or 0 for view in shown), default=0)
        counts = {"clients": parent["attached"] + sum(view["attached"] for view in shown), "windows": parent["windows"]}
        told = {"kind": "session", "key": "c2Vzc2lvbg", "name": parent["name"], "socket": parent["socket"]}
        found += [{**told, **counts, "last_attached": last or None}] if parent["exists"] else []
    return {"choices": found, "errors": views.get("errors", [])}


class Viewsync:
    """Stands in for the command: answers each verb with what the test set."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {"cleanup": NOTHING, "views": {"parents": []}}

    def __call__(self, argv: list[str]) -> Answer:
        verb = next(word for word in argv if word in ("cleanup", "views", "restore", "attach", "pick"))
        answer = self.answers[verb] if verb in self.answers else choices(self.answers["views"])
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
