"""What is wrong in nine windows in the same way is told in one line, with how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from viewsync.projects import building
from viewsync.projects.typing_lines import Typing

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Server

LINES = "as in lines 4, 5, 6, 7, 8, 9, 10, 11"


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("cwd: /nope/x", 1, f"dev.yaml:3: there is no folder /nope/x, {LINES}"),
        ("layout: nope", 1, LINES),
        (
            f"panes: [{{shell: sh, commands: [true {'x' * 5000}]}}]",
            6,
            "pane 1 of window 'w1' and 8 more: nothing was typed",
        ),
    ],
    ids=["folder", "layout", "line"],
)
def test_nine_errors_are_one(project: Project, server: Server, what: str, code: int, said: str) -> None:
    windows = "".join(f"    - {{name: w{number}, {what}}}\n" for number in range(1, 10))
    project.command("dev", f"session:\n  windows:\n{windows}")
    done = project.viewsync("run", "dev")
    assert done.code == code, done
    assert said in done.err
    assert done.err.count("\n") == 1


def test_nine_programs_that_end_at_once_are_one_error() -> None:
    typing = [Typing(f"%{number}", f"pane 1 of window 'w{number}'", []) for number in range(1, 10)]
    error = building.ended_at_once({}, building.Added(typing, [], [], [], []))
    assert error.message.startswith("what runs in pane 1 of window 'w1' and 8 more ended at once")
