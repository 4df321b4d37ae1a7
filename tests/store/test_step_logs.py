"""The logs of steps: the newest stay, and what is none is left alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from viewsync.store import step_logs

if TYPE_CHECKING:
    from pathlib import Path


def filled(folder: Path) -> None:
    """More logs than are kept, and what others put beside them: first and last by name."""
    folder.mkdir(exist_ok=True)
    for number in range(step_logs._KEPT + 5):
        handle, _ = step_logs.new(str(folder), "build", 1e9 + number)
        os.close(handle)
    for name in ("00-notes", "work.log", "zz"):
        (folder / step_logs.FOLDER / name).write_text("work", encoding="utf-8")


def test_the_newest_stay_and_only_logs_go(tmp_path: Path) -> None:
    filled(tmp_path)
    step_logs.prune(str(tmp_path))
    names = os.listdir(tmp_path / step_logs.FOLDER)
    assert {"00-notes", "work.log", "zz"} < set(names)
    assert len(names) == step_logs._KEPT + 3
    assert not [name for name in names if name.startswith("20010909T014640")]


@pytest.mark.parametrize("link", [True, False])
def test_what_a_link_leads_to_is_somebody_elses(tmp_path: Path, link: bool) -> None:
    filled(tmp_path / "other")
    state = tmp_path / "state"
    state.mkdir()
    if link:
        (state / step_logs.FOLDER).symlink_to(tmp_path / "other" / step_logs.FOLDER)
    before = os.listdir(tmp_path / "other" / step_logs.FOLDER)
    step_logs.prune(str(state))
    assert os.listdir(tmp_path / "other" / step_logs.FOLDER) == before
